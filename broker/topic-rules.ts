/** Where a device may publish and what it may read: everything lies below its own prefix. */
import { type DeviceAddress, topicPrefix } from '../base/topics.ts';

/** Every channel but those that we speak on: what nothing listens to is acknowledged and quarantined, so that stock firmware with a topic of its own stays connected. */
const PUBLISHED = /^(?!errors$|commands(?:\/|$)|\$)[^\0+#]{1,255}$/u;
/** A `status` is a word; what is longer is not kept for later subscribers. */
export const MAX_RETAINED_BYTES = 1024;

const READ = /^(errors|commands\/(#|\+|[A-Za-z0-9_-]{1,64}))$/;

/** The channel, or undefined when the topic is not this device's to publish on. `$`-topics never are. */
export function publishedChannel(topic: string, address: DeviceAddress, maxBytes: number): string | undefined {
  const prefix = topicPrefix(address);
  if (Buffer.byteLength(topic) > maxBytes || !topic.startsWith(prefix)) return undefined;
  const channel = topic.slice(prefix.length);
  return PUBLISHED.test(channel) ? channel : undefined;
}

export function mayRead(filter: string, address: DeviceAddress): boolean {
  const prefix = topicPrefix(address);
  return filter.startsWith(prefix) && READ.test(filter.slice(prefix.length));
}

/** For filters that `mayRead` allows. */
export function filterMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const wildcard = filter.at(-1);
  const parent = filter.slice(0, -1);
  if (wildcard !== '#' && wildcard !== '+') return false;
  if (wildcard === '#') return topic.startsWith(parent) || `${topic}/` === parent;
  return topic.startsWith(parent) && !topic.slice(parent.length).includes('/');
}
