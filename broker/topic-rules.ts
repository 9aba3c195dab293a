/** Topics that a device may use: below its own prefix, below those of devices behind it, and those assigned by the registry. */
import {
  type DeviceAddress,
  type DeviceTopic,
  observedBy,
  parseTopic,
  topicMatches,
  topicPrefix,
} from '../base/topics.ts';
import type { Elsewhere } from './broker.ts';

/** All channels except those on which we publish: publishes on unused ones are acknowledged and quarantined, so that stock firmware with other topics stays connected. */
const PUBLISHED = /^(?!errors$|commands(?:\/|$)|\$)[^\0+#]{1,255}$/u;
/** A `status` is one word; a longer payload is not retained. */
export const MAX_RETAINED_BYTES = 1024;

const READ = /^(errors|commands\/(#|\+|[A-Za-z0-9_-]{1,64}))$/;
/** Excludes our topics, those of the broker, and wildcards that would include them. */
const FOREIGN = /^(?!daoyu(?:\/|$)|\$share(?:\/|$)|\$SYS(?:\/|$))[^+#]*(?:\/|$)/;

export interface Published extends DeviceTopic {
  /** The client, if it published for another device or on a topic of stock firmware. */
  readonly via?: DeviceAddress;
}

/** The device of a publish; undefined if the client may not publish on the topic. */
export function publishedTo(
  topic: string,
  client: DeviceAddress,
  maxBytes: number,
  elsewhere: Elsewhere | undefined,
): Published | undefined {
  if (Buffer.byteLength(topic) > maxBytes || observedBy(client) !== undefined) return undefined;
  const prefix = topicPrefix(client);
  if (topic.startsWith(prefix)) {
    const channel = topic.slice(prefix.length);
    return PUBLISHED.test(channel) ? { ...client, channel } : undefined;
  }
  const found = elsewhere?.addressOf(client, topic);
  return found !== undefined && PUBLISHED.test(found.channel) ? { ...found, via: client } : undefined;
}

export function mayRead(filter: string, client: DeviceAddress, elsewhere?: Elsewhere): boolean {
  const observed = observedBy(client);
  const prefix = topicPrefix(observed ?? client);
  if (observed !== undefined) return filter.startsWith(prefix) && READ.test(filter.slice(prefix.length));
  if (filter.startsWith(prefix)) return READ.test(filter.slice(prefix.length));
  const child = parseTopic(filter);
  if (child !== undefined)
    return elsewhere?.carries(client, child.park, child.device) === true && READ.test(child.channel);
  // Only replies to the client itself are delivered on these topics.
  return FOREIGN.test(filter) && elsewhere?.hasTopics(client) === true;
}

export const filterMatches = topicMatches;
