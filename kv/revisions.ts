/** What every state of one process shares: JSON texts with revisions, conflict checks, paging and watching, over a plain key–text storage. */
import { DaoyuError } from '../base/errors.ts';
import { compareKeys } from './key-order.ts';
import type { Change, Item, Kv, ListOptions } from './kv.ts';
import { damagedValue, type Home, parseValue } from './stored-value.ts';

export interface Storage {
  readonly home: Home;
  get(key: string): string | undefined;
  /** Keys with the prefix in order, beginning near `after`; more may be yielded than asked for. */
  range(
    prefix: string,
    options: { readonly after?: string | undefined; readonly isReverse: boolean },
  ): Iterable<{ readonly key: string; readonly text: string }>;
  /** Durable together; an absent text removes the key. */
  commit(changes: readonly { readonly key: string; readonly text: string | undefined }[]): Promise<void>;
  copyTo?(folder: string): Promise<void>;
  close(): Promise<void>;
}

interface Watcher {
  readonly prefix: string;
  readonly onChange: (change: Change<never>) => void;
}

/** Items listed in one slice; the storage may change between slices, and is not held meanwhile. */
const SLICE = 256;
const LAST_REVISION = '\u0000revision';

/** Throws `STORAGE_DAMAGED` when the number of the last revision cannot be read, as do the functions that read a damaged value. */
export function createRevisions(storage: Storage): Kv {
  let lastRevision = toRevision(LAST_REVISION, storage.get(LAST_REVISION) ?? '0');
  /** Revisions of changes that are being written: 0 is a removal. */
  const pending = new Map<string, number>();
  const watchers = new Set<Watcher>();

  function stored<T>(key: string): Item<T> | undefined {
    const text = storage.get(key);
    return text === undefined ? undefined : decode<T>(key, text);
  }

  async function commit(changes: readonly { readonly key: string; readonly value?: unknown }[]): Promise<number> {
    const encoded = changes.map(({ key, value }) => {
      if (value === undefined) return { key, revision: 0, text: undefined };
      lastRevision += 1;
      return { key, revision: lastRevision, text: `${lastRevision} ${JSON.stringify(value)}` };
    });
    for (const { key, revision } of encoded) pending.set(key, revision);
    try {
      await storage.commit([...encoded, { key: LAST_REVISION, text: String(lastRevision) }]);
    } finally {
      for (const { key, revision } of encoded) if (pending.get(key) === revision) pending.delete(key);
    }
    for (const { key, text } of encoded) {
      for (const watcher of watchers) {
        if (!key.startsWith(watcher.prefix)) continue;
        watcher.onChange(text === undefined ? { key } : { key, item: decode(key, text) });
      }
    }
    return encoded.at(-1)?.revision ?? 0;
  }

  async function* list<T>(prefix: string, options: ListOptions = {}): AsyncGenerator<Item<T>> {
    const { limit = Number.POSITIVE_INFINITY, reverse: isReverse = false } = options;
    let { after } = options;
    let count = 0;
    for (;;) {
      const slice: Item<T>[] = [];
      for (const { key, text } of storage.range(prefix, { after, isReverse })) {
        if (!key.startsWith(prefix) || key === LAST_REVISION) continue;
        if (after !== undefined && compareKeys(key, after) * (isReverse ? -1 : 1) <= 0) continue;
        slice.push(decode<T>(key, text));
        if (slice.length === SLICE) break;
      }
      for (const item of slice) {
        if (count === limit) return;
        count += 1;
        yield item;
      }
      if (slice.length < SLICE) return;
      after = slice.at(-1)?.key;
    }
  }

  /** Without reading the value, which may be long; 0 where there is none. */
  function revisionIn(key: string, text: string | undefined): number {
    return text === undefined ? 0 : toRevision(key, text.slice(0, Math.max(0, text.indexOf(' '))));
  }

  function toRevision(key: string, digits: string): number {
    if (/^\d{1,15}$/.test(digits)) return Number(digits);
    throw damagedValue(key, 'it has no revision', storage.home);
  }

  function decode<T>(key: string, text: string): Item<T> {
    const revision = revisionIn(key, text);
    return { key, revision, value: parseValue<T>(key, text.slice(text.indexOf(' ') + 1), storage.home) };
  }

  return {
    async get<T>(key: string) {
      return stored<T>(key);
    },
    async put(key, value, expected) {
      if (expected !== undefined) {
        const current = pending.get(key) ?? revisionIn(key, storage.get(key));
        if (current !== expected) {
          throw new DaoyuError(
            'STATE_CONFLICT',
            `${key} was changed by somebody else meanwhile (revision ${current}, not ${expected})`,
          );
        }
      }
      return await commit([{ key, value }]);
    },
    async delete(key) {
      await commit([{ key }]);
    },
    list,
    async watch<T>(prefix: string, onChange: (change: Change<T>) => void) {
      const watcher: Watcher = { prefix, onChange };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    ...(storage.copyTo && { copyTo: storage.copyTo }),
    async close() {
      watchers.clear();
      await storage.close();
    },
  };
}
