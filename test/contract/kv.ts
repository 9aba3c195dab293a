/** What every shared state must do; run against each implementation. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Item, Kv, ListOptions } from '../../kv/kv.ts';
import { eventually } from '../eventually.ts';

export interface KvFeatures {
  readonly reopen?: (kv: Kv) => Promise<Kv>;
}

async function keys(kv: Kv, prefix: string, options?: ListOptions): Promise<string[]> {
  const found: string[] = [];
  for await (const item of kv.list(prefix, options)) found.push(item.key);
  return found;
}

/** Names that begin alike, one that holds another, and some whose UTF-16 units are in another order than their code points. */
const NAMES = ['a', 'a/', 'a/b', 'a/c', 'b', '稻', '稻/1', '\uffee', '\u{20000}'];
const name = fc.constantFrom(...NAMES);
const step = fc.record({
  does: fc.constantFrom('put', 'put', 'delete', 'list'),
  key: name,
  /** Whether a put names the revision that is current; without it, it names none. */
  isRight: fc.option(fc.boolean(), { nil: undefined }),
  prefix: fc.constantFrom('', ...NAMES),
  options: fc.record({
    after: fc.option(name, { nil: undefined }),
    limit: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    reverse: fc.boolean(),
  }),
});

const byCodePoints = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function describeKv(name: string, features: KvFeatures, open: () => Promise<Kv>): void {
  describe(name, () => {
    it('gives back what was put, with a revision that grows', async () => {
      const kv = await open();
      expect(await kv.get('a')).toBeUndefined();
      const first = await kv.put('a', { x: [1, '二', null] });
      const second = await kv.put('a', { x: 2 });
      expect(second).toBeGreaterThan(first);
      expect(await kv.get('a')).toEqual({ key: 'a', value: { x: 2 }, revision: second });
    });

    it('refuses a put that expects another revision, also while one is under way', async () => {
      const kv = await open();
      const revision = await kv.put('a', 1, 0);
      await expect(kv.put('a', 2, 0)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
      const [one, two] = await Promise.allSettled([kv.put('a', 3, revision), kv.put('a', 4, revision)]);
      expect([one.status, two.status].sort()).toEqual(['fulfilled', 'rejected']);
    });

    it('grows revisions over a removal', async () => {
      const kv = await open();
      const before = await kv.put('a', 1);
      await kv.delete('a');
      expect(await kv.get('a')).toBeUndefined();
      expect(await kv.put('a', 2, 0)).toBeGreaterThan(before);
    });

    it('lists by prefix in the order of keys, forwards and backwards, page by page', async () => {
      const kv = await open();
      await Promise.all(['b/2', 'a/1', 'b/1', 'b/3', 'c/1'].map((key) => kv.put(key, key)));
      expect(await keys(kv, 'b/')).toEqual(['b/1', 'b/2', 'b/3']);
      expect(await keys(kv, 'b/', { reverse: true })).toEqual(['b/3', 'b/2', 'b/1']);
      expect(await keys(kv, 'b/', { after: 'b/1', limit: 1 })).toEqual(['b/2']);
      expect(await keys(kv, 'b/', { after: 'b/3', reverse: true })).toEqual(['b/2', 'b/1']);
    });

    it('lists everything below the empty prefix, and nothing of its own', async () => {
      const kv = await open();
      await kv.put('b', 1);
      await kv.put('a', 2);
      expect(await keys(kv, '')).toEqual(['a', 'b']);
      expect(await keys(kv, '', { reverse: true })).toEqual(['b', 'a']);
    });

    it('keeps the order of puts of one key that were not awaited', async () => {
      const kv = await open();
      await Promise.all([1, 2, 3, 4].map((value) => kv.put('a', value)));
      expect(await kv.get('a')).toMatchObject({ value: 4 });
    });

    it('lists more than a slice at a time', async () => {
      const kv = await open();
      await Promise.all(
        Array.from({ length: 1000 }, (_, index) => kv.put(`n/${String(index).padStart(4, '0')}`, index)),
      );
      expect(await keys(kv, 'n/')).toHaveLength(1000);
      expect((await keys(kv, 'n/', { reverse: true, limit: 600 })).at(-1)).toBe('n/0400');
    });

    it('tells of changes below a prefix until that is ended', async () => {
      const kv = await open();
      const changes: Change[] = [];
      const end = await kv.watch('a/', (change) => void changes.push(change));
      await kv.put('a/1', 1);
      await kv.put('b/1', 1);
      await kv.delete('a/1');
      end();
      await kv.put('a/2', 2);
      expect(changes.map(({ key, item }) => [key, (item as Item | undefined)?.value])).toEqual([
        ['a/1', 1],
        ['a/1', undefined],
      ]);
    });

    it('answers as a sorted map would, whatever is done to it', async () => {
      const kv = await open();
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
          const root = `run${runs++}/`;
          const map = new Map<string, { readonly value: unknown; readonly revision: number }>();
          const [expected, seen]: [unknown[], unknown[]] = [[], []];
          let highest = 0;
          const end = await kv.watch<number>(root, ({ key, item }) => void seen.push([key, item?.value]));
          for (const [index, { does, key: name, isRight, options, prefix }] of steps.entries()) {
            const key = `${root}${name}`;
            const revision = map.get(key)?.revision ?? 0;
            if (does === 'put') {
              const putting =
                isRight === undefined ? kv.put(key, index) : kv.put(key, index, revision + (isRight ? 0 : 1));
              if (isRight === false) await expect(putting).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
              else {
                const next = await putting;
                expect(next).toBeGreaterThan(highest);
                highest = next;
                map.set(key, { value: index, revision: next });
                expected.push([key, index]);
              }
            } else if (does === 'delete' && map.has(key)) {
              await kv.delete(key);
              map.delete(key);
              expected.push([key, undefined]);
            } else if (does === 'list') {
              const after = options.after && `${root}${options.after}`;
              const { reverse = false, limit } = options;
              const wanted = { reverse, ...(limit !== undefined && { limit }), ...(after !== undefined && { after }) };
              const sorted = [...map.keys()].filter((each) => each.startsWith(`${root}${prefix}`)).sort(byCodePoints);
              if (reverse) sorted.reverse();
              const isBehind = (each: string) =>
                after === undefined || byCodePoints(each, after) * (reverse ? -1 : 1) > 0;
              expect(await keys(kv, `${root}${prefix}`, wanted)).toEqual(sorted.filter(isBehind).slice(0, limit));
            }
            const item = map.get(key);
            expect(await kv.get(key)).toEqual(item && { key, ...item });
          }
          await eventually(() => seen.length >= expected.length);
          end();
          expect(seen).toEqual(expected);
        }),
        { numRuns: 25 },
      );
    });

    const { reopen } = features;
    if (reopen === undefined) return;
    it('keeps it all over closing and opening', async () => {
      const kv = await open();
      const revision = await kv.put('a', 1);
      const again = await reopen(kv);
      expect(await again.get('a')).toEqual({ key: 'a', value: 1, revision });
      expect(await again.put('b', 2)).toBeGreaterThan(revision);
    });
  });
}
