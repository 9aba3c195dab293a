/** A store that commits in large batches: `latest` already includes readings not yet committed, and a query for their time hastens the commit. */
import { setImmediate } from 'node:timers/promises';
import { latestKey } from '../base/keys.ts';
import type { JudgedReading } from '../sensors/packed-reading.ts';
import type { Reading } from '../sensors/reading.ts';
import { LatestFold, type LatestState, mergeLatest, toLatest } from './latest.ts';
import type { Latest, SeriesFilter, SeriesQuery, Store } from './store.ts';

/** How a writer announces readings that it will soon write. */
export interface Ahead {
  /** Announces the readings of one log entry. `latest` includes them until a batch up to its position is committed; an entry may be announced again. */
  show(position: number, readings: readonly JudgedReading[]): void;
  /** Calls back when a query needs announced readings committed, or entries of the log announced; returns the function that stops it. */
  onAsked(what: 'committed' | 'shown', call: () => void): () => void;
}

/** A query waits no longer than this for a commit: a store that cannot commit still answers from what it has. */
const PATIENCE_MS = 1000;

export function withAhead(store: Store): Store & { readonly ahead: Ahead } {
  /** By position, in their order. */
  const shown = new Map<number, readonly JudgedReading[]>();
  const listeners = { committed: new Set<() => void>(), shown: new Set<() => void>() };
  let waiting: { readonly position: number; readonly resolve: () => void }[] = [];

  function ask(what: keyof typeof listeners): void {
    for (const call of listeners[what]) call();
  }

  function committed(position: number): void {
    for (const each of shown.keys()) if (each <= position) shown.delete(each);
    const done = waiting.filter((each) => each.position <= position);
    waiting = waiting.filter((each) => each.position > position);
    for (const { resolve } of done) resolve();
  }

  /** Waits first until entries of the log are announced. */
  async function arrived(): Promise<void> {
    ask('shown');
    await setImmediate();
  }

  /** Waits until all announced readings of the queried time are committed. */
  async function settled({ from, to, ...filter }: SeriesFilter & Pick<SeriesQuery, 'from' | 'to'>): Promise<void> {
    await arrived();
    let last: number | undefined;
    for (const [position, readings] of shown)
      if (readings.some((each) => matches(each, filter) && each.time >= from && each.time < to)) last = position;
    if (last === undefined) return;
    const position = last;
    const written = new Promise<void>((resolve) => waiting.push({ position, resolve }));
    ask('committed');
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([written, patience]);
    clearTimeout(timer);
    waiting = waiting.filter((each) => each.position > position || shown.has(each.position));
  }

  async function latest(filter: Partial<SeriesFilter>): Promise<readonly Latest[]> {
    await arrived();
    // Taken before the store is queried: readings committed meanwhile are then in both, and count once.
    const coming = new Map<string, LatestFold>();
    for (const readings of shown.values()) {
      for (const reading of readings) {
        if (!matches(reading, filter)) continue;
        const key = keyOf(reading);
        const fold = coming.get(key) ?? new LatestFold(undefined);
        coming.set(key, fold);
        fold.take(reading);
      }
    }
    const stored = await store.latest(filter);
    if (coming.size === 0) return stored;
    const states = new Map(stored.map((each) => [keyOf(each), stateOf(each)]));
    for (const [key, fold] of coming) states.set(key, mergeLatest(states.get(key), fold.state()));
    return [...states.values()].map(toLatest);
  }

  return {
    ...store,
    // A count of stored readings is answered at once, without those still to be committed.
    async committed() {
      ask('shown');
      ask('committed');
      return await store.committed();
    },
    async status(of) {
      if (of !== 'health') {
        ask('shown');
        ask('committed');
      }
      return await store.status(of);
    },
    async write(batch, position, options) {
      const outcome = await store.write(batch, position, options);
      committed(position);
      return outcome;
    },
    async series(query) {
      await settled(query);
      return await store.series(query);
    },
    async *export(query) {
      await settled(query);
      yield* store.export(query);
    },
    latest,
    ahead: {
      show: (position, readings) => {
        if (readings.length > 0) shown.set(position, readings);
      },
      onAsked(what, call) {
        listeners[what].add(call);
        return () => listeners[what].delete(call);
      },
    },
  };
}

const keyOf = ({ park, device, kind }: Pick<Reading, 'park' | 'device' | 'kind'>) => latestKey(park, device, kind);

function matches(reading: JudgedReading, { kind, park, site, device }: Partial<SeriesFilter>): boolean {
  return (
    (kind === undefined || reading.kind === kind) &&
    (park === undefined || reading.park === park) &&
    (site === undefined || reading.site === site) &&
    (device === undefined || reading.device === device)
  );
}

/** The inverse of `toLatest`. */
function stateOf({ values, flags, olderFields, ...newest }: Latest): LatestState {
  const fields = Object.entries(values).map(([name, value]) => {
    const fieldFlags = flags?.[name];
    const time = olderFields?.[name] ?? newest.time;
    const isAhead = time > newest.receivedAt;
    const more = { ...(fieldFlags && { flags: fieldFlags }), ...(isAhead && { receivedAt: newest.receivedAt }) };
    return [name, { time, value, ...more }] as const;
  });
  return { newest, fields: Object.fromEntries(fields) };
}
