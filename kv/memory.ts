/** Shared state in memory: the reference of the contract, for tests. */
import { compareKeys } from './key-order.ts';
import type { Kv } from './kv.ts';
import { createRevisions, type Storage } from './revisions.ts';

export function openMemoryKv(): Kv {
  const texts = new Map<string, string>();
  const storage: Storage = {
    home: { name: 'memory', cure: 'Start anew.' },
    get: (key) => texts.get(key),
    *range(prefix, { isReverse }) {
      const keys = [...texts.keys()].filter((each) => each.startsWith(prefix)).sort(compareKeys);
      for (const key of isReverse ? keys.reverse() : keys) {
        yield { key, text: texts.get(key) ?? '' };
      }
    },
    async commit(changes) {
      for (const { key, text } of changes) {
        if (text === undefined) texts.delete(key);
        else texts.set(key, text);
      }
    },
    async close() {
      texts.clear();
    },
  };
  return createRevisions(storage);
}
