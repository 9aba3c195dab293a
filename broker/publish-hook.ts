/** Handles publishes parsed by aedes: everything that the express lane does not take, including QoS 0 and last wills. */
import type { Client, PublishPacket } from 'aedes';
import { topicPrefix } from '../base/topics.ts';
import type { BrokerOptions, InboundMessage } from './broker.ts';
import { oversizeOf } from './oversize.ts';
import type { Refusals } from './refusals.ts';
import type { Session } from './session.ts';
import type { TopicNotices } from './topic-notices.ts';
import { filterMatches, MAX_RETAINED_BYTES, publishedTo } from './topic-rules.ts';

export interface PublishHookOptions
  extends Pick<BrokerOptions, 'admit' | 'admitOversize' | 'clock' | 'limits' | 'elsewhere'> {
  readonly refusals: Refusals;
  readonly sessionOf: (client: Client) => Session | undefined;
  readonly counts: { received: number; acknowledged: number };
  readonly notices: Pick<TopicNotices, 'refused'>;
  /** Called when a publish starts waiting in this lane. */
  readonly onWait: () => void;
}

/**
 * aedes writes the QoS 1 PUBACK right after the callback. An error closes the connection, the only refusal in MQTT 3.1.1. The MQTT 5 line of aedes
 * would send a final PUBACK instead, which is why package.json stays on 1.2.
 */
export function createPublishHook({ admit, admitOversize, clock, limits, elsewhere, ...parts }: PublishHookOptions) {
  const { refusals, sessionOf, counts, notices, onWait } = parts;

  return (client: Client | null, packet: PublishPacket, callback: (error?: Error | null) => void): void => {
    const session = client === null ? undefined : sessionOf(client);
    // The will of a client that has gone has no session, because sessions do not survive a restart.
    if (session?.address === undefined) return callback(new Error('publish without a device'));
    // The library accepts it [MQTT-2.3.1-1].
    if (packet.qos > 0 && 'messageId' in packet && packet.messageId === 0)
      return callback(new Error('packet identifier 0'));
    const { address } = session;
    const to = publishedTo(packet.topic, address, limits.maxTopicBytes, elsewhere);
    if (to === undefined) {
      refusals.note('topic', { clientId: client?.id, topic: packet.topic.slice(0, limits.maxTopicBytes) });
      const errors = `${topicPrefix(address)}errors`;
      const isListening = [...session.subscriptions.keys()].some((filter) => filterMatches(filter, errors));
      void notices
        .refused(address, packet.topic, isListening)
        .then(() => callback(new Error('not a topic of this device')));
      return;
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    packet.retain =
      packet.retain && to.channel === 'status' && to.via === undefined && payload.length <= MAX_RETAINED_BYTES;
    counts.received += 1;
    if (session.pace.count()) refusals.note('rate', { remote: session.remote, ...address });
    const message: InboundMessage = {
      ...to,
      topic: packet.topic,
      payload,
      // QoS 2 is handled as QoS 1: its DUP passes here again, and the identity of a reading makes it unique.
      qos: packet.qos === 0 ? 0 : 1,
      isResend: packet.dup,
      isWill: !('cmd' in packet) || packet.cmd === undefined,
      receivedAt: clock(),
    };
    const oversize = oversizeOf(payload);
    const work = () => {
      onWait();
      return oversize === undefined ? admit(message) : admitOversize({ ...message, ...oversize });
    };
    session.flow.run(payload.length, work, (error) => {
      if (error === undefined) {
        counts.acknowledged += 1;
        // The stand-in must not be passed on.
        if (oversize !== undefined) packet.payload = Buffer.alloc(0);
        return callback(null);
      }
      refusals.note('log', { clientId: client?.id, reason: error.message });
      callback(error);
    });
  };
}
