import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKvKey, parseKvKey } from '../../kv/jetstream-key.ts';
import { createKeyIndex } from '../../kv/key-index.ts';

describe('keys of a bucket', () => {
  it('come back whatever they hold, and hold nothing that means more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        expect(formatKvKey(key)).toMatch(/^[A-Za-z0-9_/=-]+$/);
        expect(parseKvKey(formatKvKey(key))).toBe(key);
      }),
    );
  });
});

describe('the index of keys', () => {
  it('pages like a sorted list', () => {
    const keys = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '/', '稻'), minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(
        keys,
        fc.constantFrom('', 'a', 'b/', '稻'),
        fc.boolean(),
        fc.nat(9),
        (all, prefix, isReverse, from) => {
          const index = createKeyIndex();
          for (const [at, key] of all.entries()) index.note(key, at + 1, true);
          const sorted = all.filter((key) => key.startsWith(prefix)).sort();
          if (isReverse) sorted.reverse();
          expect(index.range(prefix, { isReverse, limit: 3 })).toEqual(sorted.slice(0, 3));
          const after = sorted[from];
          if (after !== undefined)
            expect(index.range(prefix, { after, isReverse, limit: 100 })).toEqual(sorted.slice(from + 1));
        },
      ),
    );
  });

  it('takes news in any order: the highest revision of a key counts, and a removal until it is forgotten', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const news = fc.array(fc.tuple(key, fc.integer({ min: 1, max: 6 }), fc.boolean()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        news,
        fc.option(fc.constantFrom('', 'a', 'b', 'bb', 'z'), { nil: undefined }),
        fc.boolean(),
        (all, after, isReverse) => {
          const index = createKeyIndex();
          const known = new Map<string, { revision: number; isThere: boolean }>();
          for (const [name, revision, isThere] of all) {
            const isNews = revision > (known.get(name)?.revision ?? 0);
            expect(index.note(name, revision, isThere)).toBe(isNews);
            if (isNews) known.set(name, { revision, isThere });
          }
          const there = [...known].filter(([, { isThere }]) => isThere).map(([name]) => name);
          const isBehind = (name: string) => after === undefined || (isReverse ? name < after : name > after);
          const sorted = there.sort().filter(isBehind);
          if (isReverse) sorted.reverse();
          expect(index.range('', { ...(after !== undefined && { after }), isReverse, limit: 9 })).toEqual(sorted);
          for (const [name, { revision, isThere }] of known) {
            index.forget(name, revision + 1);
            expect(index.note(name, revision, true)).toBe(false);
            index.forget(name, revision);
            // A key that is there is not forgotten.
            expect(index.note(name, revision, true)).toBe(!isThere);
          }
        },
      ),
    );
  });
});
