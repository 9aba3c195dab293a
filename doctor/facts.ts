/** What was observed, put together: connections, what came on each, and what intake makes of it. Rules read nothing else. */
import { createHash } from 'node:crypto';
import type { DeviceAddress } from '../base/topics.ts';
import { topicPrefix } from '../base/topics.ts';
import type { Observation } from '../broker/observe/observation.ts';
import type { Reading } from '../sensors/reading.ts';

type Of<W extends Observation['what']> = Extract<Observation, { readonly what: W }>;

/** Why something of a payload was refused, as the device is told. */
export interface Told {
  readonly code: string;
  readonly message: string;
  readonly field?: string | undefined;
}

export type Decode = (
  payload: Uint8Array,
  channel: string,
  receivedAt: number,
) => { readonly readings: readonly Pick<Reading, 'time' | 'values' | 'flags'>[]; readonly told: readonly Told[] };

export interface Published extends Of<'publish'> {
  /** What follows the device's own prefix; undefined on a foreign topic. */
  readonly channel: string | undefined;
  /** The payload is longer than what was looked at. */
  readonly isCut: boolean;
  /** The same for the same payload on the same channel; of `payload` only the beginning is kept. */
  readonly content: string;
  readonly readings: readonly Pick<Reading, 'time' | 'values' | 'flags'>[];
  readonly told: readonly Told[];
  /** Epoch ms of the acknowledgement; undefined while, or because, there is none. */
  acknowledgedAt?: number;
  /** The acknowledgement was kept from the device. */
  withheldAt?: number;
  /** The same content as an earlier publish. */
  readonly repeats?: Published | undefined;
}

export interface Connection extends Of<'connect'> {
  readonly publishes: Published[];
  readonly filters: string[];
  refusedFilters: number;
  pings: number;
  /** The platform had kept its session. */
  isResumed: boolean;
  /** Epoch ms of the end, and how it came. */
  endedAt?: number;
  endedBy?: 'device' | 'platform' | 'cut' | 'lost';
}

export interface Facts {
  readonly device: DeviceAddress & { readonly intervalMs: number };
  readonly now: number;
  readonly since: number;
  readonly connections: readonly Connection[];
  readonly publishes: readonly Published[];
  /** On the device's telemetry, each content once. */
  readonly telemetry: readonly Published[];
  readonly refusedLogins: readonly Of<'refused'>[];
  readonly turnedAway: readonly Of<'turned-away'>[];
  /** When acknowledgements that were held back went out, epoch ms. */
  readonly released: readonly number[];
}

/** Kept of publishes and connections: what an examination of an hour sees of a device at its worst. Later ones are not looked at. */
const MAX_PUBLISHES = 5000;
const MAX_CONNECTIONS = 1000;
const MAX_READINGS = 50_000;
const MAX_FILTERS = 100;
/** Base64: enough for an example, and for what a rule looks for. */
const KEPT_TEXT = 2048;
/** Bytes in base64 that stand for a payload that was cut. */
const KEPT_SHARE = 3 / 4;

export interface FactsBook {
  take(observation: Observation): void;
  facts(now: number): Facts;
}

export function createFactsBook(device: Facts['device'], since: number, decode: Decode): FactsBook {
  const connections = new Map<number, Connection>();
  const publishes: Published[] = [];
  const byContent = new Map<string, Published>();
  const refusedLogins: Of<'refused'>[] = [];
  const turnedAway: Of<'turned-away'>[] = [];
  const released: number[] = [];
  let readings = 0;
  const prefix = topicPrefix(device);

  /** An alias of which nobody saw the topic stands for telemetry: what else would need one. */
  function channelOf(topic: string): string | undefined {
    if (topic === '') return 'telemetry';
    return topic.startsWith(prefix) ? topic.slice(prefix.length) : undefined;
  }

  function takePublish(seen: Of<'publish'>): void {
    if (publishes.length >= MAX_PUBLISHES || readings >= MAX_READINGS) return;
    const channel = channelOf(seen.topic);
    const isCut = Math.ceil(seen.payload.length * KEPT_SHARE) < seen.size;
    const isDecoded = channel?.split('/')[0] === 'telemetry' && !isCut;
    const decoded = isDecoded ? decode(Buffer.from(seen.payload, 'base64'), channel, seen.at) : NOTHING;
    readings += decoded.readings.length;
    const content = createHash('sha256').update(`${channel}\0${seen.payload}`).digest('base64');
    // Without a time of its own, the same text is another measurement.
    const isRecognised = seen.isDup || decoded.readings.some(({ time }) => time !== seen.at);
    const repeats = isRecognised ? byContent.get(content) : undefined;
    const published: Published = {
      ...{ ...seen, payload: seen.payload.slice(0, KEPT_TEXT) },
      ...{ channel, isCut, content, repeats, readings: decoded.readings, told: decoded.told },
    };
    if (repeats === undefined) byContent.set(content, published);
    publishes.push(published);
    connections.get(seen.connection)?.publishes.push(published);
  }

  /** The oldest that waits under this id. */
  const awaiting = (id: number, connection: number) =>
    connections
      .get(connection)
      ?.publishes.find((each) => each.id === id && each.qos > 0 && each.acknowledgedAt === undefined);

  return {
    take(seen) {
      const connection = connections.get(seen.connection);
      switch (seen.what) {
        case 'connect':
          if (connections.size < MAX_CONNECTIONS)
            connections.set(seen.connection, {
              ...seen,
              publishes: [],
              filters: [],
              refusedFilters: 0,
              pings: 0,
              isResumed: false,
            });
          return;
        case 'publish':
          return takePublish(seen);
        case 'acknowledged': {
          const published = awaiting(seen.id, seen.connection);
          if (published !== undefined) published.acknowledgedAt = seen.at;
          return;
        }
        case 'withheld': {
          const published = awaiting(seen.id, seen.connection);
          if (published !== undefined) published.withheldAt = seen.at;
          return;
        }
        case 'accepted':
          if (connection !== undefined) connection.isResumed = seen.isResumed;
          return;
        case 'released':
          if (released.length < MAX_CONNECTIONS) released.push(seen.at);
          return;
        case 'subscribe':
          if (connection !== undefined && connection.filters.length < MAX_FILTERS)
            connection.filters.push(...seen.filters.slice(0, MAX_FILTERS));
          return;
        case 'subscription-refused':
          if (connection !== undefined) connection.refusedFilters += seen.count;
          return;
        case 'ping':
          if (connection !== undefined) connection.pings += 1;
          return;
        case 'refused':
          if (refusedLogins.length < MAX_CONNECTIONS) refusedLogins.push(seen);
          connections.delete(seen.connection);
          return;
        case 'turned-away':
          if (turnedAway.length < MAX_CONNECTIONS) turnedAway.push(seen);
          return;
        case 'disconnect':
          if (connection !== undefined) connection.endedBy ??= seen.by;
          return;
        case 'cut':
          if (connection !== undefined) connection.endedBy = 'cut';
          return;
        case 'end':
          if (connection !== undefined) {
            connection.endedAt = seen.at;
            connection.endedBy ??= 'lost';
          }
          return;
        default:
          return;
      }
    },
    facts: (now) => ({
      ...{ device, now, since, publishes, refusedLogins, turnedAway, released },
      connections: [...connections.values()],
      telemetry: publishes.filter((each) => isTelemetry(each) && each.repeats === undefined),
    }),
  };
}

const NOTHING: ReturnType<Decode> = { readings: [], told: [] };

export const isTelemetry = ({ channel }: Published): boolean => channel?.split('/')[0] === 'telemetry';
