/**
 * The newest values of every device, kept in memory, because InfluxDB would read every shard of every series for each query. Writes of this process are
 * folded in; writes of others are queried: new readings at once, late ones within a minute.
 */
import { deviceKey } from '../../base/keys.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Reading } from '../../sensors/reading.ts';
import { foldLatest, type LatestState, mergeLatest, toLatest } from '../latest.ts';
import type { Latest, OneDevice, SeriesFilter } from '../store.ts';
import type { InfluxHttp } from './http.ts';
import { latestStates } from './readings.ts';

export interface InfluxLatest {
  /** After a commit of this process, which took the writer from one position to the next. */
  fold(writer: string, from: number, to: number, readings: readonly Reading[]): void;
  ask(filter: Partial<SeriesFilter>): Promise<readonly Latest[]>;
  /** All that was stored of the device is gone. */
  drop(device: OneDevice): void;
  /** More may be stored than was folded in: a write failed halfway. */
  doubt(): void;
}

export interface InfluxLatestOptions {
  readonly http: InfluxHttp;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Committed position of every writer, in any process. */
  readonly positions: () => Promise<ReadonlyMap<string, number>>;
  readonly clock: () => number;
}

/** Other processes' writes are queried this far back; readings that arrive later than that are found by the next full refresh. */
const RECENT_MS = 10 * 60_000;
const RECENT_EVERY_MS = 1000;
/** A full refresh at most this often, and for at most a twentieth of the time. */
const WHOLE_EVERY_MS = 60_000;
const WHOLE_SHARE = 20;
const NEVER = Number.NEGATIVE_INFINITY;

/** What is known of one kind. */
interface OfKind {
  /** By `park/device`. */
  readonly devices: Map<string, LatestState>;
  /** Positions up to which `devices` is complete, except for readings measured long before they were written. */
  readonly seen: Map<string, number>;
  /** Positions up to which it is complete, including those. */
  readonly seenWhole: Map<string, number>;
  /** A full refresh has succeeded once: known values may be shown while InfluxDB is unavailable, with their age. */
  isLoaded: boolean;
  wholeAt: number;
  wholeTookMs: number;
  recentAt: number;
  running?: Promise<void> | undefined;
}

export function createInfluxLatest({ http, kinds, positions, clock }: InfluxLatestOptions): InfluxLatest {
  const known = new Map<string, OfKind>();

  function ofKind(name: string): OfKind {
    const found = known.get(name) ?? {
      ...{ devices: new Map<string, LatestState>(), seen: new Map<string, number>() },
      seenWhole: new Map<string, number>(),
      ...{ isLoaded: false, wholeAt: NEVER, wholeTookMs: 0, recentAt: NEVER },
    };
    known.set(name, found);
    return found;
  }

  async function refresh(kind: Kind, of: OfKind, now: ReadonlyMap<string, number>): Promise<void> {
    const startedAt = clock();
    const isWhole = isWholeDue(of, startedAt);
    if (!isWhole && startedAt - of.recentAt < RECENT_EVERY_MS) return;
    const before = new Map(of.devices);
    const states = await latestStates(http, kind, isWhole ? 0 : startedAt - RECENT_MS, startedAt);
    // Merged instead of replaced: this process may have folded in newer ones meanwhile.
    for (const [key, state] of states) of.devices.set(key, mergeLatest(of.devices.get(key), state));
    advance(of.seen, now);
    of.recentAt = startedAt;
    if (!isWhole) return;
    // Another process removed what a device had; what this one folded in meanwhile stays.
    for (const [key, state] of before) if (!states.has(key) && of.devices.get(key) === state) of.devices.delete(key);
    advance(of.seenWhole, now);
    of.isLoaded = true;
    of.wholeAt = startedAt;
    of.wholeTookMs = clock() - startedAt;
  }

  async function bringUpToDate(kind: Kind): Promise<OfKind> {
    const of = ofKind(kind.name);
    const now = await positions();
    // A late reading may be the last for a long time: query for it although nothing has been written since.
    const mayLack = !covers(of.seenWhole, now) && isWholeDue(of, clock());
    if (covers(of.seen, now) && !mayLack && of.wholeAt > NEVER) return of;
    of.running ??= refresh(kind, of, now).finally(() => {
      of.running = undefined;
    });
    await of.running.catch((error: unknown) => {
      if (!of.isLoaded) throw error;
    });
    return of;
  }

  return {
    fold(writer, from, to, readings) {
      for (const reading of readings) {
        const { devices } = ofKind(reading.kind);
        const key = deviceKey(reading.park, reading.device);
        devices.set(key, foldLatest(devices.get(key), reading));
      }
      for (const { seen, seenWhole } of known.values())
        for (const each of [seen, seenWhole]) if ((each.get(writer) ?? 0) >= from) each.set(writer, to);
    },
    async ask({ kind: name, park, site, device }) {
      const asked = [...kinds.values()].filter((kind) => name === undefined || kind.name === name);
      const found: Latest[] = [];
      for (const kind of asked) {
        const { devices } = await bringUpToDate(kind);
        for (const state of devices.values()) {
          const { newest } = state;
          const isWanted =
            (park === undefined || newest.park === park) &&
            (site === undefined || newest.site === site) &&
            (device === undefined || newest.device === device);
          if (isWanted) found.push(toLatest(state));
        }
      }
      return found;
    },
    drop({ park, device }) {
      for (const { devices } of known.values()) devices.delete(deviceKey(park, device));
    },
    doubt() {
      for (const of of known.values()) of.wholeAt = NEVER;
    },
  };
}

function isWholeDue({ wholeAt, wholeTookMs }: OfKind, now: number): boolean {
  return now - wholeAt > Math.max(WHOLE_EVERY_MS, wholeTookMs * WHOLE_SHARE);
}

function covers(seen: ReadonlyMap<string, number>, positions: ReadonlyMap<string, number>): boolean {
  return [...positions].every(([writer, position]) => (seen.get(writer) ?? 0) >= position);
}

function advance(seen: Map<string, number>, positions: ReadonlyMap<string, number>): void {
  for (const [writer, position] of positions) seen.set(writer, Math.max(seen.get(writer) ?? 0, position));
}
