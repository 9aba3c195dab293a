/** How messages of a device are known to be its own: its gateway, topics and names, checked against those of its neighbours. */
import { DaoyuError } from '../base/errors.ts';
import type { Device, DeviceChange } from './registry.ts';

type Reach = Pick<Device, 'gateway' | 'isGateway' | 'topics' | 'ids' | 'framePasswordHash'>;
type Address = Pick<Device, 'id' | 'park'>;

const MAX_TOPICS = 16;
const MAX_IDS = 16;
const MAX_TOPIC_BYTES = 256;
/** A level is a name or `+`; `#` is the last one. */
const FILTER = /^!?(?:(?:\+|[^+#/\0]*)\/)*(?:\+|#|[^+#/\0]+)$/u;
const ID = /^[\x21-\x7e]{1,64}$/;

/** What is absent in the change stays, what is null goes. Throws `DEVICE_INVALID`. */
export function reachOf(device: Address & Reach, change: DeviceChange, others: readonly Device[]): Reach {
  const kept = <K extends keyof Reach>(name: K): Reach[K] | undefined => {
    const given = change[name] as Reach[K] | null | undefined;
    return given === null ? undefined : (given ?? device[name]);
  };
  const gateway = kept('gateway');
  const isGateway = kept('isGateway');
  const topics = kept('topics');
  const ids = kept('ids');
  const framePasswordHash = kept('framePasswordHash');
  const neighbours = others.filter(({ id }) => id !== device.id);
  if (gateway !== undefined) checkGateway(device, gateway, neighbours);
  if (topics !== undefined) checkTopics(topics, gateway ?? device.id, neighbours);
  if (ids !== undefined) checkIds(ids, neighbours);
  return {
    ...(gateway !== undefined && { gateway }),
    ...(isGateway && { isGateway }),
    ...(topics !== undefined && topics.length > 0 && { topics }),
    ...(ids !== undefined && ids.length > 0 && { ids }),
    ...(framePasswordHash !== undefined && { framePasswordHash }),
  };
}

function checkGateway({ id, park }: Address, gateway: string, neighbours: readonly Device[]): void {
  const found = neighbours.find((each) => each.id === gateway);
  if (found === undefined) throw invalid(`park ${park} has no other device ${gateway} that could be a gateway`);
  if (found.gateway !== undefined) throw invalid(`${gateway} is behind a gateway itself (${found.gateway})`);
  if (neighbours.some((each) => each.gateway === id)) throw invalid(`${id} is a gateway itself`);
}

function checkTopics(topics: readonly string[], speaker: string, neighbours: readonly Device[]): void {
  if (topics.length > MAX_TOPICS) throw invalid(`${topics.length} topics are more than ${MAX_TOPICS}`);
  for (const topic of topics) {
    const shown = JSON.stringify(topic.slice(0, MAX_TOPIC_BYTES));
    if (!FILTER.test(topic) || Buffer.byteLength(topic) > MAX_TOPIC_BYTES)
      throw invalid(
        `${shown} is no MQTT filter of at most ${MAX_TOPIC_BYTES} bytes, such as zigbee2mqtt/pond-1 or tele/pond-1/#`,
      );
    if (/^!?(?:daoyu|\$share|\$SYS)(?:\/|$)/.test(topic))
      throw invalid(`${shown} is a topic of the platform or the broker; below daoyu/ each device has its own`);
    const twin = neighbours.find((each) => (each.gateway ?? each.id) === speaker && each.topics?.includes(topic));
    if (twin !== undefined) throw invalid(`the topic ${shown} belongs to ${twin.id} already`);
  }
}

function checkIds(ids: readonly string[], neighbours: readonly Device[]): void {
  if (ids.length > MAX_IDS) throw invalid(`${ids.length} ids are more than ${MAX_IDS}`);
  for (const id of ids) {
    const shown = JSON.stringify(id.slice(0, 64));
    if (!ID.test(id)) throw invalid(`${shown} is no id of 1 to 64 printable characters without blanks`);
    const twin = neighbours.find((each) => each.ids?.some((other) => other.toLowerCase() === id.toLowerCase()));
    if (twin !== undefined) throw invalid(`the id ${shown} belongs to ${twin.id} already`);
  }
}

const invalid = (message: string) => new DaoyuError('DEVICE_INVALID', message);
