/** The topic aliases that a client has defined on this connection [MQTT5 3.3.2.3.4]. */
import type { PublishPacket } from './packets.ts';
import { ProtocolError, REASON } from './reasons.ts';

export interface TopicAliases {
  /** The topic behind an alias. */
  resolve(packet: Pick<PublishPacket, 'topic' | 'properties'>): string;
}

/** Announced in CONNACK. A device has a handful of topics. */
export const TOPIC_ALIAS_MAXIMUM = 16;

export function createTopicAliases(): TopicAliases {
  const topics = new Map<number, string>();
  return {
    resolve({ topic, properties: { topicAlias: alias } }) {
      if (alias !== undefined && alias > TOPIC_ALIAS_MAXIMUM)
        throw new ProtocolError(REASON.topicAliasInvalid, `topic alias ${alias} is above ${TOPIC_ALIAS_MAXIMUM}`);
      if (topic !== '') {
        if (alias !== undefined) topics.set(alias, topic);
        return topic;
      }
      const known = alias === undefined ? undefined : topics.get(alias);
      if (known === undefined) throw new ProtocolError(REASON.protocolError, 'a publish names no topic');
      return known;
    },
  };
}
