/** What statistics and derived series must be over every store: a recomputation from the readings, however late they came and were corrected. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnalysisOptions, createAnalysis } from '../../analysis/analysis.ts';
import { oxygenDebtHours } from '../../analysis/series/oxygen-debt-hours.ts';
import { isDoubtful } from '../../sensors/flag.ts';
import type { Reading } from '../../sensors/reading.ts';
import type { Store } from '../../store/store.ts';
import { correction } from './corrections.ts';
import { reading, T0, testKind } from './store/fixtures.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const device = { park: 'daoyu', id: 'probe-1', site: 'pond-1', intervalMs: 10 * MINUTE };
const asked = { kind: testKind, device, from: T0, to: T0 + 3 * DAY };

export function analysisOver(store: Store, corrections: readonly ReturnType<typeof correction>[] = []) {
  return createAnalysis({
    ...{ store, corrections: { all: () => corrections }, events: { all: () => [] }, clock: () => T0 + 4 * DAY },
    registry: { site: () => undefined, profiles: () => [] } satisfies AnalysisOptions['registry'],
  });
}

export function describeStatistics(name: string, open: () => Promise<Store>, numRuns = 10): void {
  describe(`${name}: statistics`, () => {
    it('are a recomputation of good values as corrected, in whatever order they came', async () => {
      const anyReading = fc.record({
        minute: fc.integer({ min: 0, max: 4319 }),
        oxygen: fc.integer({ min: 0, max: 20 }),
        flag: fc.constantFrom(undefined, undefined, 'spike' as const, 'late' as const),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(anyReading, { maxLength: 60 }), { minLength: 1, maxLength: 3 }),
          fc.integer({ min: 0, max: 4000 }),
          fc.integer({ min: -3, max: 3 }),
          async (batches, from, add) => {
            const store = await open();
            const stored = new Map<number, Reading>();
            for (const [index, batch] of batches.entries()) {
              const readings = batch.map(({ minute, oxygen, flag }) =>
                reading(T0 + minute * MINUTE, { oxygen }, flag && { flags: { oxygen: [flag] } }),
              );
              for (const each of readings) if (!stored.has(each.time)) stored.set(each.time, each);
              await store.write({ readings, tallies: [] }, index + 1);
            }
            const shift = correction('c-1', T0 + from * MINUTE, T0 + (from + 300) * MINUTE, { is: 'offset', add });
            const found = await analysisOver(store, [shift]).statistics({
              ...{ ...asked, window: 'noon', field: 'oxygen', names: ['count', 'min', 'median', 'p90', 'max'] },
            });
            const expected = [0, 1, 2].map((day) => {
              const begin = T0 + 12 * HOUR + day * DAY;
              const good = [...stored.values()]
                .filter(({ time, flags }) => time >= begin && time < begin + DAY && !isDoubtful(flags?.oxygen))
                .map(({ time, values: { oxygen = 0 } }) =>
                  time >= shift.at && time < shift.until ? oxygen + add : oxygen,
                )
                .sort((one, other) => one - other);
              return good.length === 0
                ? {}
                : {
                    ...{ count: good.length, min: good[0], max: good.at(-1) },
                    ...{ median: rank(good, 0.5), p90: rank(good, 0.9) },
                  };
            });
            expect(found.map(({ values }) => rounded(values))).toEqual(expected.map(rounded));
            await store.close();
          },
        ),
        { numRuns },
      );
    }, 60_000);

    it('mark a window that is not covered, and count hours below a limit of known time alone', async () => {
      const store = await open();
      // A reading each ten minutes at 4 mg/L, at 2 from 02:00 to 04:00 of the second day; silent on the third from 06:00 on.
      const readings = Array.from({ length: 3 * 144 }, (_, index) => index * 10).flatMap((minute) => {
        if (minute > 2 * 1440 + 360) return [];
        const isLow = minute >= 1440 + 120 && minute < 1440 + 240;
        return [reading(T0 + minute * MINUTE, { oxygen: isLow ? 2 : 4 })];
      });
      await store.write({ readings, tallies: [] }, 1);
      const analysis = analysisOver(store);
      const days = await analysis.statistics({
        ...{ ...asked, window: 'day', field: 'oxygen', names: ['hours_below', 'min_at'], limit: 3 },
      });
      expect(days.map(({ values }) => Math.round((values.hours_below ?? Number.NaN) * 100) / 100)).toEqual([0, 2, 0]);
      expect(days[1]?.values.min_at).toBe(T0 + DAY + 2 * HOUR);
      expect(days.map(({ coverage, isComplete }) => [coverage, isComplete])).toEqual([
        [1, true],
        [1, true],
        [0.25, false],
      ]);
      const series = { ...oxygenDebtHours, kinds: ['test_pond'], inputs: ['oxygen'] };
      const debt = await analysis.derived({ ...asked, series, window: 'day', parameters: { limit: 3 } });
      expect(debt.total).toEqual({ value: expect.closeTo(2, 9), complete: 2, incomplete: 1 });
      await store.close();
    });
  });
}

/** As numpy.percentile has it. */
function rank(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const one = sorted[Math.floor(place)] ?? Number.NaN;
  return one + (place % 1) * ((sorted[Math.ceil(place)] ?? Number.NaN) - one);
}

const rounded = (values: Readonly<Record<string, number | undefined>>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Math.round((value ?? Number.NaN) * 1e9) / 1e9]),
  );
