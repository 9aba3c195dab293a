/** Suspect readings in and out of aggregates. */
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../sensors/reading.ts';
import type { Store } from '../../../store/store.ts';
import { parseEvery } from '../../../store/window.ts';
import { pointsOf, query, reading, T0 } from './fixtures.ts';

export function describeQuality(name: string, open: () => Promise<Store>): void {
  describe(`${name}: quality`, () => {
    const HOUR = 3_600_000;
    const ALL_AGGREGATES = ['mean', 'min', 'max', 'first', 'last', 'count', 'sum'] as const;
    /** First and last of the first hour are doubted, and all of the second; sent late or taken to zero is no doubt. */
    const readings = [
      reading(T0 + 1, { oxygen: 19 }, { flags: { oxygen: ['spike'] } }),
      reading(T0 + 2, { oxygen: 4, ph: 7 }, { flags: { oxygen: ['late'], ph: ['stuck'] } }),
      reading(T0 + 3, { oxygen: 0, ph: 8 }, { flags: { oxygen: ['clamped'] } }),
      reading(T0 + 4, { oxygen: 5 }),
      reading(T0 + 5, { oxygen: 25 }, { flags: { oxygen: ['late', 'clock'] } }),
      reading(T0 + HOUR, { oxygen: 18 }, { flags: { oxygen: ['stuck', 'clock'] } }),
      reading(T0 + HOUR + 1, { oxygen: 18 }, { flags: { oxygen: ['stuck'] } }),
      reading(T0 + 2 * HOUR, { oxygen: 6 }),
    ];
    const opened = async () => {
      const store = await open();
      await store.write({ readings, tallies: [] }, 1);
      return store;
    };

    it('good leaves doubted values out of every aggregate, and says of each window how many', async () => {
      const store = await opened();
      const series = await store.series(
        query({ every: parseEvery('1h'), aggregates: ALL_AGGREGATES, quality: 'good' }),
      );
      const met = ['spike', 'clamped', 'clock', 'late'];
      const first = { mean: 3, min: 0, max: 5, first: 4, last: 5, count: 3, sum: 9 };
      const third = { mean: 6, min: 6, max: 6, first: 6, last: 6, count: 1, sum: 6 };
      expect(
        series.map(({ aggregate, points, used, excluded, doubted }) => [aggregate, points, used, excluded, doubted]),
      ).toEqual(
        ALL_AGGREGATES.map((aggregate) => [
          aggregate,
          [
            [T0, first[aggregate], met],
            [T0 + 2 * HOUR, third[aggregate]],
          ],
          [3, 1],
          [2, 0],
          [[T0 + HOUR, 2, ['stuck', 'clock']]],
        ]),
      );
    });

    it('all takes every value and leaves none out', async () => {
      const store = await opened();
      const series = await store.series(query({ every: parseEvery('1d'), aggregates: ALL_AGGREGATES, quality: 'all' }));
      expect(Object.fromEntries(series.map(({ aggregate, points }) => [aggregate, points[0]?.[1]]))).toEqual({
        ...{ mean: 95 / 8, min: 0, max: 25, first: 19, last: 6, count: 8, sum: 95 },
      });
      expect(series.map(({ used, excluded, doubted }) => [used, excluded, doubted])).toEqual(
        series.map(() => [[8], [0], undefined]),
      );
    });

    it('takes the first and last of both, wherever the doubted ones lie', async () => {
      const store = await opened();
      const edges = async (from: number, to: number) =>
        (
          await store.series(
            query({ from: T0 + from, to: T0 + to, every: parseEvery('1d'), aggregates: ['first', 'last'] }),
          )
        ).map(({ points }) => points[0]?.[1]);
      expect(await edges(1, 4)).toEqual([19, 0]);
      expect(await edges(2, 6)).toEqual([4, 25]);
      expect(await edges(2, 5)).toEqual([4, 5]);
      expect(await edges(HOUR, HOUR + 2)).toEqual([18, 18]);
    });

    it('counts of one field do not touch another', async () => {
      const store = await opened();
      const series = await store.series(
        query({ fields: ['oxygen', 'ph'], every: parseEvery('1h'), quality: 'good', to: T0 + HOUR }),
      );
      expect(series.map(({ field, points, used, excluded }) => [field, points[0]?.[1], used, excluded])).toEqual([
        ['oxygen', 3, [3], [2]],
        ['ph', 8, [1], [1]],
      ]);
    });

    it('holds for raw readings, their export, and months', async () => {
      const store = await opened();
      const good = [T0 + 2, T0 + 3, T0 + 4, T0 + 2 * HOUR];
      expect((await pointsOf(store, { quality: 'good' }))[0]?.map(([time]) => time)).toEqual(good);
      const exported: number[] = [];
      for await (const { time } of store.export(query({ quality: 'good' }))) exported.push(time);
      expect(exported).toEqual(good);
      const [month] = await store.series(query({ every: parseEvery('1mo'), quality: 'good' }));
      expect(month).toMatchObject({
        points: [[expect.any(Number), 15 / 4, expect.any(Array)]],
        used: [4],
        excluded: [4],
      });
    });

    it('holds for what is known of a device now, and a value that comes again is no new one', async () => {
      const store = await opened();
      await store.write(
        { readings: [reading(T0 + 3 * HOUR, { oxygen: 9 }, { flags: { oxygen: ['stuck'] } })], tallies: [] },
        2,
      );
      expect(await store.latest({})).toMatchObject([{ values: { oxygen: 9 }, flags: { oxygen: ['stuck'] } }]);
      const again = { readings: [reading(T0 + 3 * HOUR, { oxygen: 9 }), readings[0] as Reading], tallies: [] };
      expect(await store.write(again, 3)).toEqual({ stored: 0, duplicate: 2 });
      expect((await pointsOf(store, { from: T0 + 3 * HOUR }))[0]).toEqual([[T0 + 3 * HOUR, 9, ['stuck']]]);
    });
  });
}
