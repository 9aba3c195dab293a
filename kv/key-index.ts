/** An ordered index of keys and revisions, for a server that keeps no order. */
import { compareKeys } from './key-order.ts';

export interface KeyIndex {
  /** False when this revision or a newer one is known already. */
  note(key: string, revision: number, isThere: boolean): boolean;
  /** No longer remembers a removal. */
  forget(key: string, revision: number): void;
  /** Keys with the prefix behind `after` (before it when reversed), at most `limit`. */
  range(
    prefix: string,
    options: { readonly after?: string | undefined; readonly isReverse: boolean; readonly limit: number },
  ): readonly string[];
}

export function createKeyIndex(): KeyIndex {
  const revisions = new Map<string, number>();
  const keys: string[] = [];

  /** Index of the first key that is not before `key`. */
  function find(key: string): number {
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    note(key, revision, isThere) {
      if (revision <= (revisions.get(key) ?? 0)) return false;
      revisions.set(key, revision);
      const index = find(key);
      const isKnown = keys[index] === key;
      if (isThere && !isKnown) keys.splice(index, 0, key);
      if (!isThere && isKnown) keys.splice(index, 1);
      return true;
    },
    forget(key, revision) {
      if (revisions.get(key) === revision && keys[find(key)] !== key) revisions.delete(key);
    },
    range(prefix, { after, isReverse, limit }) {
      const found: string[] = [];
      const step = isReverse ? -1 : 1;
      // Behind all keys of the prefix stands the prefix with the last code point.
      const start = after ?? (isReverse ? `${prefix}\u{10ffff}` : prefix);
      for (let index = find(start) + (isReverse ? -1 : 0); found.length < limit; index += step) {
        const key = keys[index];
        if (key === undefined) break;
        if (key === after) continue;
        if (key.startsWith(prefix)) found.push(key);
        else if (compareKeys(key, prefix) * step > 0) break;
      }
      return found;
    },
  };
}
