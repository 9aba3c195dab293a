/** Where a device may publish and what it may read: below its own prefix, below those of the devices it carries, and on topics that the registry says are theirs. */
import { type DeviceAddress, type DeviceTopic, parseTopic, topicMatches, topicPrefix } from '../base/topics.ts';
import type { Elsewhere } from './broker.ts';

/** Every channel except those on which we publish: a publish that nothing listens to is acknowledged and quarantined, so that stock firmware with other topics stays connected. */
const PUBLISHED = /^(?!errors$|commands(?:\/|$)|\$)[^\0+#]{1,255}$/u;
/** A `status` is one word; a longer one is not retained. */
export const MAX_RETAINED_BYTES = 1024;

const READ = /^(errors|commands\/(#|\+|[A-Za-z0-9_-]{1,64}))$/;
/** Nothing of ours, nothing of the broker's, and no wildcard that would take them in. */
const FOREIGN = /^(?!daoyu(?:\/|$)|\$share(?:\/|$)|\$SYS(?:\/|$))[^+#]*(?:\/|$)/;

export interface Published extends DeviceTopic {
  /** The client, where it published for another device or on a topic of stock firmware. */
  readonly via?: DeviceAddress;
}

/** Whose message it is, or undefined when the topic is not this client's to publish on. */
export function publishedTo(
  topic: string,
  client: DeviceAddress,
  maxBytes: number,
  elsewhere: Elsewhere | undefined,
): Published | undefined {
  if (Buffer.byteLength(topic) > maxBytes) return undefined;
  const prefix = topicPrefix(client);
  if (topic.startsWith(prefix)) {
    const channel = topic.slice(prefix.length);
    return PUBLISHED.test(channel) ? { ...client, channel } : undefined;
  }
  const found = elsewhere?.addressOf(client, topic);
  return found !== undefined && PUBLISHED.test(found.channel) ? { ...found, via: client } : undefined;
}

export function mayRead(filter: string, client: DeviceAddress, elsewhere?: Elsewhere): boolean {
  const prefix = topicPrefix(client);
  if (filter.startsWith(prefix)) return READ.test(filter.slice(prefix.length));
  const child = parseTopic(filter);
  if (child !== undefined)
    return elsewhere?.carries(client, child.park, child.device) === true && READ.test(child.channel);
  // Nothing is ever delivered on them but answers to the client itself.
  return FOREIGN.test(filter) && elsewhere?.hasTopics(client) === true;
}

export const filterMatches = topicMatches;
