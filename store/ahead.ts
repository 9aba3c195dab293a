/** A store that commits when it pays: what is on its way to it is shown by `latest` at once, and whoever asks for its time hastens the commit. */
import { setImmediate } from 'node:timers/promises';
import type { Reading } from '../sensors/reading.ts';
import { foldLatest, type LatestState, mergeLatest, toLatest } from './latest.ts';
import type { Latest, SeriesFilter, SeriesQuery, Store } from './store.ts';

/** How a writer tells the store what it will write soon. */
export interface Ahead {
  /** Readings of one entry of the log. Until a batch up to its position is committed `latest` counts them in; the same entry may be shown again. */
  show(position: number, readings: readonly Reading[]): void;
  /** Called when somebody wants what was shown committed, or first of all shown what is on the log; answers the function that ends it. */
  onAsked(what: 'committed' | 'shown', call: () => void): () => void;
}

/** A question waits no longer for what is on its way: a store that takes nothing at the moment still answers from what it has. */
const PATIENCE_MS = 1000;

export function withAhead(store: Store): Store & { readonly ahead: Ahead } {
  /** By position, in their order. */
  const shown = new Map<number, readonly Reading[]>();
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

  /** What is on the log and was not shown yet comes first. */
  async function arrived(): Promise<void> {
    ask('shown');
    await setImmediate();
  }

  /** Until all that is shown of the asked time is committed. */
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
    // Before the store is asked: what is committed meanwhile is then in both, and counts once.
    const coming = new Map<string, LatestState>();
    for (const readings of shown.values()) {
      for (const reading of readings) {
        if (!matches(reading, filter)) continue;
        const key = keyOf(reading);
        coming.set(key, foldLatest(coming.get(key), reading));
      }
    }
    const stored = await store.latest(filter);
    if (coming.size === 0) return stored;
    const states = new Map(stored.map((each) => [keyOf(each), stateOf(each)]));
    for (const [key, state] of coming) states.set(key, mergeLatest(states.get(key), state));
    return [...states.values()].map(toLatest);
  }

  return {
    ...store,
    // Whoever counts what is stored is answered at once, and finds what is on its way the next time.
    async committed() {
      ask('shown');
      ask('committed');
      return await store.committed();
    },
    async status() {
      ask('shown');
      ask('committed');
      return await store.status();
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

const keyOf = ({ park, device, kind }: Pick<Reading, 'park' | 'device' | 'kind'>) => `${park}/${device}/${kind}`;

function matches(reading: Reading, { kind, park, site, device }: Partial<SeriesFilter>): boolean {
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
    return [name, { time, value, ...(fieldFlags && { flags: fieldFlags }) }] as const;
  });
  return { newest, fields: Object.fromEntries(fields) };
}
