/** Records of one type in the shared state, mirrored in memory: read synchronously, equal on every process within moments. */
import { setImmediate } from 'node:timers/promises';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Item, Kv } from '../kv/kv.ts';

export interface RecordSet<T> {
  get(id: string): T | undefined;
  all(): readonly T[];
  /** False if the id exists already. */
  add(id: string, value: T): Promise<boolean>;
  /** Applies a change to the newest version; `changed` may return undefined to leave it as it is. Rejects with the error that `unknown` returns. */
  change(id: string, unknown: () => DaoyuError, changed: (known: T) => T | undefined): Promise<T>;
  /** True if it existed and no other process removed it first. */
  remove(id: string): Promise<boolean>;
  /** Removes it for one caller: true for exactly one, even across processes. */
  take(id: string, isGood: (known: T) => boolean): Promise<T | undefined>;
  /** Calls `onChange` after each change from now on, by any process. */
  watch(onChange: () => void): () => void;
  close(): void;
}

/** Marks a record that is being taken, so that of two callers one finds the mark. */
interface Taken {
  readonly isTaken: true;
}

export async function openRecordSet<T extends object>(
  kv: Kv,
  prefix: string,
  /** More are refused with `PEOPLE_FULL`. */
  most: number,
): Promise<RecordSet<T>> {
  const values = new Map<string, T>();
  /** So that a change reported twice or late does not undo a newer one. */
  const revisions = new Map<string, number>();
  const watchers = new Set<() => void>();

  function put({ key, value, revision }: Item<T | Taken>): void {
    if (revision <= (revisions.get(key) ?? 0)) return;
    revisions.set(key, revision);
    if (isTaken(value)) values.delete(key);
    else values.set(key, value);
    for (const watcher of watchers) watcher();
  }

  function drop(key: string): void {
    revisions.delete(key);
    if (values.delete(key)) for (const watcher of watchers) watcher();
  }

  const unwatch = await kv.watch<T | Taken>(prefix, ({ key, item }) => (item === undefined ? drop(key) : put(item)));
  for await (const item of kv.list<T | Taken>(prefix)) put(item);

  return {
    get: (id) => values.get(prefix + id),
    all: () => [...values.values()],
    async add(id, value) {
      if (values.size >= most)
        throw new DaoyuError('PEOPLE_FULL', `the limit of ${most} is reached: remove some that nobody needs`);
      const key = prefix + id;
      try {
        put({ key, value, revision: await kv.put(key, value, 0) });
        return true;
      } catch (error) {
        if (codeOf(error) !== 'STATE_CONFLICT') throw error;
        return false;
      }
    },
    async change(id, unknown, changed) {
      const key = prefix + id;
      for (;;) {
        const item = await kv.get<T | Taken>(key);
        if (item === undefined || isTaken(item.value)) throw unknown();
        const value = changed(item.value);
        if (value === undefined) return item.value;
        try {
          put({ key, value, revision: await kv.put(key, value, item.revision) });
          return value;
        } catch (error) {
          if (codeOf(error) !== 'STATE_CONFLICT') throw error;
          // The other write may not be on disk yet, and a loop without a pause would never let it get there.
          await setImmediate();
        }
      }
    },
    async remove(id) {
      const isThere = (await kv.get(prefix + id)) !== undefined;
      if (isThere) await kv.delete(prefix + id);
      drop(prefix + id);
      return isThere;
    },
    async take(id, isGood) {
      const key = prefix + id;
      const item = await kv.get<T | Taken>(key);
      if (item === undefined || isTaken(item.value) || !isGood(item.value)) return undefined;
      try {
        const taken: Taken = { isTaken: true };
        put({ key, value: taken, revision: await kv.put(key, taken, item.revision) });
      } catch (error) {
        if (codeOf(error) === 'STATE_CONFLICT') return undefined;
        throw error;
      }
      await kv.delete(key);
      drop(key);
      return item.value;
    },
    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
    close() {
      watchers.clear();
      unwatch();
    },
  };
}

const isTaken = (value: object): value is Taken => 'isTaken' in value;
