/** The page's copy of the fleet: subscribes first, then fetches, and merges both by measured time. */
import type { Reading } from '../../../sensors/reading.ts';
import type { Point } from '../../../store/store.ts';
import { loadCatalog, loadLatest, loadPlaces, RequestFailed } from './api.ts';
import type { Catalog } from './catalog.ts';
import { keyOf, type LatestRow, mergedRow, withReading } from './latest.ts';
import { followLive } from './live.ts';
import { createSparks } from './sparks.ts';
import { createTimers } from './timers.ts';

export interface FleetState {
  readonly phase: 'loading' | 'ready' | 'failed' | 'signed-out';
  readonly problem?: string;
  readonly catalog: Catalog;
  readonly rows: ReadonlyMap<string, LatestRow>;
  /** Six hours of each device's first primary field, by key of the device. */
  readonly sparks: ReadonlyMap<string, readonly Point[]>;
  readonly isLive: boolean;
  /** When the stream broke, epoch ms by our clock. */
  readonly brokenSince?: number;
  /** The server's clock minus ours, ms: ages are right on a phone whose clock is wrong. */
  readonly clockOffsetMs: number;
}

export interface Fleet {
  state(): FleetState;
  subscribe(listener: () => void): () => void;
  onReadings(listener: (readings: readonly Reading[]) => void): () => void;
  /** What was asked of the past is out of date: the stream was away, or a device of this kind sent what it had measured before. */
  onStale(listener: (kind?: string) => void): () => void;
  /** Server time, epoch ms. */
  now(): number;
  /** Asks for everything anew; resolves when it is there, or failed and is shown as such. */
  reload(): Promise<void>;
  close(): void;
}

const RELOAD_SPARKS_MS = 5 * 60_000;
const RETRY_MS = 5000;
/** What reached the log just before the stream began is in the store by then: the newest values are asked for once more. */
const SETTLE_MS = 3000;
/** A backlog comes in many messages: the sparklines of its kind are asked for once in so long. */
const LATE_MS = 10_000;
/** Devices that are added together are asked for together; one that the registry does not tell of is not asked for all the time. */
const NEWCOMER_MS = 2000;
/** Readings that come in a burst are shown together. */
const GATHER_MS = 200;
const EMPTY: Catalog = { kinds: new Map(), parks: [], sites: [], profiles: [], devices: [] };

export function openFleet(clock: () => number): Fleet {
  const stopping = new AbortController();
  const listeners = new Set<() => void>();
  const readers = new Set<(readings: readonly Reading[]) => void>();
  const askers = new Set<(kind?: string) => void>();
  const sparks = createSparks(stopping.signal);
  const timers = createTimers();
  let rows = new Map<string, LatestRow>();
  let state: FleetState = {
    phase: 'loading',
    catalog: EMPTY,
    rows,
    sparks: new Map(),
    isLive: false,
    clockOffsetMs: 0,
  };
  /** A device reported that the catalog being loaded may not have. */
  let hasNewcomers = false;
  let known: ReadonlySet<string> = new Set();
  const lateKinds = new Set<string>();

  function set(change: Partial<FleetState>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  }

  function onReadings(readings: readonly Reading[]): void {
    const late = new Set<string>();
    for (const reading of readings) {
      const key = keyOf(reading);
      if (reading.time < (rows.get(key)?.time ?? 0)) late.add(reading.kind);
      rows.set(key, withReading(rows.get(key), reading));
      const field = state.catalog.kinds.get(reading.kind)?.primary[0];
      const value = field === undefined ? undefined : reading.values[field];
      if (value === undefined) continue;
      sparks.add(key, [reading.time, value]);
    }
    // A device that was added since: it appears by itself.
    if (readings.some((reading) => !known.has(keyOf(reading)))) {
      if (state.phase === 'ready') askForNewcomers();
      else hasNewcomers = true;
    }
    for (const reader of readers) reader(readings);
    for (const kind of late) isLate(kind);
    timers.once('show', GATHER_MS, show);
  }

  function askForNewcomers(): void {
    timers.once('newcomers', NEWCOMER_MS, () => void fetchAll());
  }

  /** Whoever shows history of the kind asks again; so do the sparklines. */
  function isLate(kind: string): void {
    for (const asker of askers) asker(kind);
    lateKinds.add(kind);
    timers.once('late', LATE_MS, () => {
      const kinds = new Set(lateKinds);
      lateKinds.clear();
      fetchSparks(kinds).catch(() => {});
    });
  }

  function show(): void {
    rows = new Map(rows);
    set({ rows, sparks: sparks.points() });
  }

  async function fetchAll(): Promise<void> {
    timers.stop('retry');
    try {
      hasNewcomers = false;
      const catalog = await loadCatalog();
      known = new Set(catalog.devices.map(keyOf));
      await fetchLatest();
      set({ phase: 'ready', catalog, rows });
      timers.restart('settle', SETTLE_MS, () => void fetchLatest().catch(() => {}));
      if (hasNewcomers && [...rows.keys()].some((key) => !known.has(key))) askForNewcomers();
      await fetchSparks();
    } catch (error) {
      const status = error instanceof RequestFailed ? error.status : 0;
      if (status === 401) set({ phase: 'signed-out' });
      else if (state.phase !== 'ready') set({ phase: 'failed', problem: (error as Error).message });
      if (status !== 401) timers.restart('retry', RETRY_MS, () => void fetchAll());
    }
  }

  async function fetchLatest(): Promise<void> {
    const fetched = await loadLatest();
    const next = new Map(rows);
    for (const row of fetched) next.set(keyOf(row), mergedRow(rows.get(keyOf(row)), row));
    rows = next;
    const told = fetched.find((row) => row.time !== null && (row.ageMs ?? 0) > 0);
    const clockOffsetMs = told === undefined ? 0 : (told.time ?? 0) + (told.ageMs ?? 0) - clock();
    set({ rows, clockOffsetMs });
  }

  async function fetchSparks(kinds?: ReadonlySet<string>): Promise<void> {
    await sparks.fetch(state.catalog, clock() + state.clockOffsetMs, kinds);
    set({ sparks: sparks.points() });
  }

  /** An operator may have planned the next season meanwhile; a wall screen is never loaded again. */
  async function fetchPlaces(): Promise<void> {
    const places = await loadPlaces();
    const { parks, sites, profiles } = state.catalog;
    if (JSON.stringify(places) === JSON.stringify({ parks, sites, profiles })) return;
    set({ catalog: { ...state.catalog, ...places } });
  }

  const refresh = setInterval(
    () =>
      void fetchSparks()
        .then(fetchPlaces)
        .catch(() => {}),
    RELOAD_SPARKS_MS,
  );
  void followLive(
    {
      onReadings,
      onOpen: () => {
        const { brokenSince: _, ...rest } = state;
        state = { ...rest, isLive: true };
        set({});
        for (const asker of askers) asker();
        void fetchAll();
      },
      onBroken: (status) => {
        set({ isLive: false, brokenSince: state.brokenSince ?? clock() });
        // A session that has ended is said as such; in a new one the stream opens again.
        if (state.phase === 'loading' || (status === 401 && state.phase !== 'signed-out')) void fetchAll();
      },
    },
    stopping.signal,
    clock,
  );

  return {
    state: () => state,
    subscribe: (listener) => listen(listeners, listener),
    onReadings: (listener) => listen(readers, listener),
    onStale: (listener) => listen(askers, listener),
    now: () => clock() + state.clockOffsetMs,
    reload: () => fetchAll(),
    close() {
      stopping.abort();
      clearInterval(refresh);
      timers.close();
    },
  };
}

function listen<T>(all: Set<T>, one: T): () => void {
  all.add(one);
  return () => void all.delete(one);
}
