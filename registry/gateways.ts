/** Who speaks for whom: the topics of stock firmware that stand for a device, and gateways whose one credential carries many children. */
import type { DeviceAddress, DeviceTopic } from '../base/topics.ts';
import { topicMatches } from '../base/topics.ts';
import type { Device, Registry } from './registry.ts';

/** Of a topic that no child claims: kept in quarantine, for whoever registers the child. */
export const UNCLAIMED = 'unclaimed';
/** Of a topic that says nothing of a child, by `!` before its filter: acknowledged and left out. */
export const LEFT_OUT = 'left-out';

export interface Gateways {
  /** What a publish of this client on a topic outside of its own prefix is; undefined: not its to publish on. */
  addressOf(client: DeviceAddress, topic: string): DeviceTopic | undefined;
  /** Whether the client may read below the prefix of that device, because it carries it. */
  carries(client: DeviceAddress, park: string, device: string): boolean;
  /** Whether the client speaks topics of its own, and so may ask for the answers on them. */
  hasTopics(client: DeviceAddress): boolean;
  carrierOf(device: DeviceAddress): DeviceAddress | undefined;
  /** Of a gateway: the child that one of these names belongs to; `unknown` where none of them does. */
  childNamed(gateway: Device, names: readonly string[]): Device | 'unknown' | undefined;
  /** The one device of all parks that a data logger names; undefined where there is none, or more than one. */
  stationNamed(name: string): Device | undefined;
  close(): void;
}

interface Reach {
  readonly isGateway: boolean;
  /** Exact topics before filters. */
  readonly topics: readonly { readonly filter: string; readonly device: string }[];
  readonly children: ReadonlySet<string>;
  readonly ids: ReadonlyMap<string, string>;
}

type Source = Pick<Registry, 'device' | 'devices' | 'watch'>;

const NOTHING: Reach = { isGateway: false, topics: [], children: new Set(), ids: new Map() };
/** Topics on which firmware says that it is there: Tasmota, Zigbee2MQTT, ESPHome; the last words of Sparkplug. */
const PRESENCE = /(?:^|\/)(?:LWT|availability)$|^spBv1\.0\/[^/]+\/[ND]DEATH\//;

export function openGateways(registry: Source): Gateways {
  /** By park, then by the device that speaks. */
  const parks = new Map<string, ReadonlyMap<string, Reach>>();
  let stations: ReadonlyMap<string, Device | undefined> | undefined;
  const unwatch = registry.watch(({ noun, before, after }) => {
    if (noun !== 'device') return;
    const changed = after ?? before;
    if (changed !== undefined) parks.delete(changed.park);
    stations = undefined;
  });

  function reachOf({ park, device }: DeviceAddress): Reach {
    const known = parks.get(park) ?? reachesOf(registry.devices({ park }));
    parks.set(park, known);
    return known.get(device) ?? NOTHING;
  }

  return {
    addressOf(client, topic) {
      const { park } = client;
      const reach = reachOf(client);
      const [root, inPark, child = '', ...rest] = topic.split('/');
      if (root === 'daoyu')
        return inPark === park && reach.children.has(child) && rest.length > 0
          ? { park, device: child, channel: rest.join('/') }
          : undefined;
      const found = reach.topics.find(({ filter }) => topicMatches(plain(filter), topic));
      if (found === undefined) return reach.isGateway ? { ...client, channel: UNCLAIMED } : undefined;
      if (found.filter.startsWith('!')) return { ...client, channel: LEFT_OUT };
      return { park, device: found.device, channel: channelOf(found.filter, topic) };
    },
    carries: (client, park, device) => client.park === park && reachOf(client).children.has(device),
    hasTopics(client) {
      const { isGateway, topics } = reachOf(client);
      return isGateway || topics.length > 0;
    },
    carrierOf({ park, device }) {
      const gateway = registry.device(park, device)?.gateway;
      return gateway === undefined ? undefined : { park, device: gateway };
    },
    childNamed({ park, id }, names) {
      const { isGateway, ids } = reachOf({ park, device: id });
      if (!isGateway || names.length === 0) return undefined;
      for (const name of names) {
        const child = ids.get(name.toLowerCase());
        if (child !== undefined) return registry.device(park, child);
      }
      return 'unknown';
    },
    stationNamed(name) {
      stations ??= stationsOf(registry.devices());
      return stations.get(name.toLowerCase());
    },
    close: unwatch,
  };
}

function reachesOf(devices: readonly Device[]): ReadonlyMap<string, Reach> {
  const speakers = new Map<string, Device[]>();
  for (const device of devices) {
    const isReached = device.topics !== undefined || device.ids !== undefined || device.isGateway === true;
    if (isReached) put(device.id, device);
    if (device.gateway !== undefined) put(device.gateway, device);
  }

  function put(speaker: string, device: Device): void {
    speakers.set(speaker, [...(speakers.get(speaker) ?? []), device]);
  }

  const gateways = new Set(devices.flatMap(({ id, isGateway, gateway }) => [gateway ?? '', isGateway ? id : '']));
  return new Map([...speakers].map(([speaker, reached]) => [speaker, reachOfAll(speaker, reached, gateways)]));
}

function reachOfAll(speaker: string, reached: readonly Device[], gateways: ReadonlySet<string>): Reach {
  const topics = reached.flatMap(({ id, topics: own = [] }) => own.map((filter) => ({ filter, device: id })));
  return {
    isGateway: gateways.has(speaker),
    // What is said exactly comes before what a wildcard takes in.
    topics: topics.sort((a, b) => wildness(a.filter) - wildness(b.filter)),
    children: new Set(reached.filter(({ gateway }) => gateway === speaker).map(({ id }) => id)),
    ids: new Map(reached.flatMap(({ id, ids = [] }) => ids.map((name) => [name.toLowerCase(), id] as const))),
  };
}

function stationsOf(devices: readonly Device[]): ReadonlyMap<string, Device | undefined> {
  const found = new Map<string, Device | undefined>();
  for (const device of devices)
    for (const name of device.ids ?? []) {
      const key = name.toLowerCase();
      found.set(key, found.has(key) ? undefined : device);
    }
  return found;
}

const wildness = (filter: string) => (filter.endsWith('#') ? 2 : filter.includes('+') ? 1 : 0);
const plain = (filter: string) => (filter.startsWith('!') ? filter.slice(1) : filter);

/** What `#` stands for is the key of a value, as below `telemetry/` of a device. */
function channelOf(filter: string, topic: string): string {
  if (PRESENCE.test(topic)) return 'status';
  if (!filter.endsWith('#')) return 'telemetry';
  const levels = filter.split('/').length - 1;
  const rest = topic.split('/').slice(levels).join('/');
  return rest === '' ? 'telemetry' : `telemetry/${rest}`;
}
