/** Aggregates over windows of time. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../store/store.ts';
import { parseEvery } from '../../../store/window.ts';
import { pointsOf, query, reading, T0 } from './fixtures.ts';

export function describeWindows(name: string, open: () => Promise<Store>): void {
  describe(`${name}: windows`, () => {
    it('have every aggregate right', async () => {
      const store = await open();
      const values = [4, 9, 2, 5];
      await store.write(
        { readings: values.map((oxygen, index) => reading(T0 + index * 1000, { oxygen })), tallies: [] },
        1,
      );
      const series = await store.series(
        query({ every: parseEvery('5m'), aggregates: ['mean', 'min', 'max', 'first', 'last', 'count', 'sum'] }),
      );
      expect(Object.fromEntries(series.map((each) => [each.aggregate, each.points]))).toEqual({
        mean: [[T0, 5]],
        min: [[T0, 2]],
        max: [[T0, 9]],
        first: [[T0, 4]],
        last: [[T0, 5]],
        count: [[T0, 4]],
        sum: [[T0, 20]],
      });
    });

    it('of days, weeks and months begin at midnight in Shanghai', async () => {
      const store = await open();
      const times = [
        '2026-02-28T23:59:59+08:00',
        '2026-03-01T00:00:00+08:00',
        '2026-03-01T23:59:59+08:00',
        '2026-03-02T00:00:00+08:00',
        '2026-04-01T00:00:00+08:00',
      ].map(Date.parse);
      await store.write({ readings: times.map((time) => reading(time, { oxygen: 1 })), tallies: [] }, 1);
      const starts = async (every: string) => {
        const [found] = await store.series(query({ every: parseEvery(every), aggregates: ['count'] }));
        return found?.points.map(
          ([time, count]) => `${new Date(time + 8 * 3_600_000).toISOString().slice(0, 16)} ${count}`,
        );
      };
      expect(await starts('1d')).toEqual([
        '2026-02-28T00:00 1',
        '2026-03-01T00:00 2',
        '2026-03-02T00:00 1',
        '2026-04-01T00:00 1',
      ]);
      expect(await starts('1w')).toEqual(['2026-02-23T00:00 3', '2026-03-02T00:00 1', '2026-03-30T00:00 1']);
      expect(await starts('1mo')).toEqual(['2026-02-01T00:00 1', '2026-03-01T00:00 3', '2026-04-01T00:00 1']);
    });

    it('carry the flags met in them', async () => {
      const store = await open();
      await store.write(
        {
          readings: [
            reading(T0, { oxygen: 5 }, { flags: { oxygen: ['spike'] } }),
            reading(T0 + 1000, { oxygen: 6 }, { flags: { oxygen: ['late', 'spike'] } }),
            reading(T0 + 86_400_000, { oxygen: 7 }),
          ],
          tallies: [],
        },
        1,
      );
      expect(await pointsOf(store, { every: parseEvery('1h') })).toEqual([
        [
          [T0, 5.5, ['spike', 'late']],
          [T0 + 86_400_000, 7],
        ],
      ]);
      expect(await pointsOf(store)).toEqual([
        [
          [T0, 5, ['spike']],
          [T0 + 1000, 6, ['spike', 'late']],
          [T0 + 86_400_000, 7],
        ],
      ]);
    });
  });
}
