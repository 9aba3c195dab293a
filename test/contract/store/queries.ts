/** Latest values, raw series and exports. */
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../sensors/reading.ts';
import type { Store } from '../../../store/store.ts';
import { pointsOf, query, reading, T0 } from './fixtures.ts';

export function describeQueries(name: string, open: () => Promise<Store>): void {
  describe(`${name}: questions`, () => {
    it('answer the newest by measured time, each field with its own', async () => {
      const store = await open();
      await store.write({ readings: [reading(T0 + 10_000, { oxygen: 5 })], tallies: [] }, 1);
      await store.write({ readings: [reading(T0, { oxygen: 1, ph: 7 }, { flags: { ph: ['late'] } })], tallies: [] }, 2);
      expect(await store.latest({})).toEqual([
        { ...reading(T0 + 10_000, { oxygen: 5, ph: 7 }), flags: { ph: ['late'] }, olderFields: { ph: T0 } },
      ]);
      expect(await store.latest({ device: 'other' })).toEqual([]);
    });

    it('take a reading stamped ahead of its receipt for no newer than that, and know it when it comes again', async () => {
      const store = await open();
      const fast = reading(T0 + 7 * 60_000, { oxygen: 9, ph: 8 }, { receivedAt: T0 });
      await store.write({ readings: [fast], tallies: [] }, 1);
      expect(await store.latest({})).toMatchObject([{ time: fast.time, values: { oxygen: 9 } }]);
      await store.write({ readings: [reading(T0 + 60_000, { oxygen: 5 })], tallies: [] }, 2);
      expect(await store.latest({})).toMatchObject([{ time: T0 + 60_000, values: { oxygen: 5, ph: 8 } }]);
      expect(await store.write({ readings: [fast], tallies: [] }, 3)).toEqual({ stored: 0, duplicate: 1 });
      expect(await store.latest({})).toMatchObject([{ time: T0 + 60_000, values: { oxygen: 5 } }]);
      // A clock that is always fast still counts up.
      await store.write(
        { readings: [reading(T0 + 9 * 60_000, { oxygen: 4 }, { receivedAt: T0 + 120_000 })], tallies: [] },
        4,
      );
      expect(await store.latest({})).toMatchObject([{ time: T0 + 9 * 60_000, values: { oxygen: 4 } }]);
    });

    it('are bounded, with a window that would do', async () => {
      const store = await open();
      await store.write(
        {
          readings: Array.from({ length: 100 }, (_, index) => reading(T0 + index * 1000, { oxygen: index })),
          tallies: [],
        },
        1,
      );
      await expect(store.series(query({ maxPoints: 50 }))).rejects.toMatchObject({
        code: 'QUERY_TOO_LARGE',
        message: expect.stringContaining('every='),
      });
      expect((await store.series(query({ maxPoints: 100 })))[0]?.points).toHaveLength(100);
    });

    it('take from inclusively and to exclusively', async () => {
      const store = await open();
      await store.write({ readings: [0, 1, 2].map((index) => reading(T0 + index, { oxygen: index })), tallies: [] }, 1);
      expect(await pointsOf(store, { from: T0 + 1, to: T0 + 2 })).toEqual([[[T0 + 1, 1]]]);
    });

    it('export readings with all that came with them', async () => {
      const store = await open();
      const whole = reading(
        T0,
        { oxygen: 5, ph: 7 },
        { seq: 17, attributes: { batch_id: 'b-1' }, flags: { ph: ['stuck'] } },
      );
      await store.write({ readings: [whole, reading(T0 + 1, { oxygen: 6 }, { seq: 0 })], tallies: [] }, 1);
      const exported: Reading[] = [];
      for await (const each of store.export(query({ fields: ['oxygen', 'ph'] }))) exported.push(each);
      expect(exported).toEqual([whole, reading(T0 + 1, { oxygen: 6 }, { seq: 0 })]);
      const [latest] = await store.latest({});
      expect(latest?.seq).toBe(0);
    });

    it('export raw readings in order of time', async () => {
      const store = await open();
      const readings = [3, 1, 2].map((index) =>
        reading(T0 + index * 86_400_000, { oxygen: index, ph: 7 }, index === 2 ? { flags: { oxygen: ['stuck'] } } : {}),
      );
      await store.write({ readings, tallies: [] }, 1);
      const exported: Reading[] = [];
      for await (const each of store.export(query())) exported.push(each);
      expect(exported.map((each) => [each.time, each.values, each.flags])).toEqual([
        [T0 + 86_400_000, { oxygen: 1 }, undefined],
        [T0 + 2 * 86_400_000, { oxygen: 2 }, { oxygen: ['stuck'] }],
        [T0 + 3 * 86_400_000, { oxygen: 3 }, undefined],
      ]);
    });
  });
}
