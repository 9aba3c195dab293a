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
});
