/** What corrections must do over every store: the same as a recomputation from the raw readings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedReadings, correctedSeries } from '../../corrections/corrected-series.ts';
import { type Correction, corrected, correctionsKnown, type Method } from '../../corrections/correction.ts';
import { isDoubtful } from '../../sensors/flag.ts';
import type { Reading } from '../../sensors/reading.ts';
import { QUALITIES, type Store } from '../../store/store.ts';
import { parseEvery, windowStart } from '../../store/window.ts';
import { query, reading, T0 } from './store.ts';

const MINUTE = 60_000;
const TO = T0 + 600 * MINUTE;

export function correction(
  id: string,
  at: number,
  until: number,
  method: Method,
  extra: Partial<Correction> = {},
): Correction {
  return {
    ...{ id, park: 'daoyu', site: 'pond-1', device: 'probe-1', field: 'oxygen', by: 'li', reason: 'test' },
    ...{ at, until, method, recordedAt: T0 + Number(id.replace(/\D/g, '')) },
    ...extra,
  };
}

const anyMethod: fc.Arbitrary<Method> = fc.oneof(
  fc.constant({ is: 'invalidate' as const }),
  fc.record({ is: fc.constant('offset' as const), add: fc.integer({ min: -4, max: 4 }) }),
  fc.record({ is: fc.constant('scale' as const), factor: fc.constantFrom(0.5, 2) }),
  fc.record({
    is: fc.constant('drift' as const),
    startError: fc.integer({ min: -2, max: 2 }),
    endError: fc.integer({ min: -2, max: 2 }),
  }),
);
const anyReading = fc.record({
  minute: fc.integer({ min: 0, max: 599 }),
  oxygen: fc.integer({ min: 0, max: 20 }),
  flag: fc.constantFrom(undefined, undefined, 'spike' as const, 'late' as const),
});

export function describeCorrections(name: string, open: () => Promise<Store>, numRuns = 15): void {
  describe(`${name}: corrections`, () => {
    it('are a recomputation from raw readings, in whatever order readings and corrections come, superseded as if they had never been', async () => {
      const anyCorrection = fc.record({
        from: fc.integer({ min: 0, max: 599 }),
        minutes: fc.integer({ min: 1, max: 300 }),
        method: anyMethod,
        supersedes: fc.option(fc.nat(3), { nil: undefined }),
        isWithdrawn: fc.boolean(),
      });
      const steps = fc.array(fc.array(anyReading, { maxLength: 25 }), { minLength: 1, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(
          steps,
          fc.array(anyCorrection, { maxLength: 4 }),
          fc.constantFrom('10m', '1h', '1d'),
          fc.constantFrom(...QUALITIES),
          fc.nat(5),
          async (batches, drawn, every, quality, known) => {
            const store = await open();
            const stored = new Map<number, Reading>();
            for (const [index, batch] of batches.entries()) {
              const readings = batch.map(({ minute, oxygen, flag }) =>
                reading(T0 + minute * MINUTE, { oxygen }, flag && { flags: { oxygen: [flag] } }),
              );
              for (const each of readings) if (!stored.has(each.time)) stored.set(each.time, each);
              await store.write({ readings, tallies: [] }, index + 1);
              await store.forget({}); // Runs a round of sums, where the store has them.
            }
            const all = drawn.map(({ from, minutes, method, supersedes, isWithdrawn }, index) => {
              const isReplacing = supersedes !== undefined && supersedes < index;
              return correction(`c-${index + 1}`, T0 + from * MINUTE, T0 + (from + minutes) * MINUTE, method, {
                ...(isReplacing && {
                  supersedes: `c-${supersedes + 1}`,
                  ...(isWithdrawn && { isWithdrawn: true as const }),
                }),
              });
            });
            const asOf = T0 + known;
            const inForce = correctionsKnown(all, asOf);
            const question = query({
              from: T0,
              to: TO,
              every: parseEvery(every),
              aggregates: ['mean', 'min', 'max', 'count'],
              quality,
            });
            const found = await correctedSeries(store, question, inForce);
            const expected = new Map<number, number[]>();
            for (const { time, values, flags } of stored.values()) {
              const value = corrected(values.oxygen ?? Number.NaN, time, inForce);
              if (value === undefined || (quality === 'good' && isDoubtful(flags?.oxygen))) continue;
              const start = windowStart(time, parseEvery(every));
              expected.set(start, [...(expected.get(start) ?? []), value]);
            }
            const of = (values: readonly number[]) => [
              values.reduce((sum, value) => sum + value, 0) / values.length,
              ...[Math.min(...values), Math.max(...values), values.length],
            ];
            const answered = new Map<number, number[]>();
            for (const { points } of found)
              for (const [start, value] of points) answered.set(start, [...(answered.get(start) ?? []), value]);
            const rounded = (windows: ReadonlyMap<number, readonly number[]>) =>
              [...windows]
                .sort(([a], [b]) => a - b)
                .map(([start, values]) => [start, ...values.map((each) => Math.round(each * 1e9) / 1e9)]);
            expect(rounded(answered)).toEqual(
              rounded(new Map([...expected].map(([start, values]) => [start, of(values)]))),
            );

            const { every: _every, ...raw } = question;
            const points = (await correctedSeries(store, raw, inForce)).flatMap((series) => series.points);
            const exported: number[] = [];
            for await (const each of correctedReadings(store, raw, inForce))
              exported.push(each.values.oxygen ?? Number.NaN);
            expect(exported).toEqual(points.map(([, value]) => value));
            // Before any was written down: raw.
            expect(await correctedSeries(store, question, correctionsKnown(all, T0))).toEqual(
              await store.series(question),
            );
            await store.close();
          },
        ),
        { numRuns },
      );
    }, 60_000);

    it('touch the device and field they name alone, and say which they are', async () => {
      const store = await open();
      const readings = ['probe-1', 'probe-2'].map((device) => reading(T0, { oxygen: 5, ph: 7 }, { device }));
      await store.write({ readings, tallies: [] }, 1);
      const shift = correction('c-1', T0, T0 + MINUTE, { is: 'offset', add: 1 });
      const series = await correctedSeries(store, query({ fields: ['oxygen', 'ph'], every: parseEvery('1h') }), [
        shift,
      ]);
      expect(
        series.map(({ device, field, points, corrections }) => [device, field, points[0]?.[1], corrections]).sort(),
      ).toEqual([
        ['probe-1', 'oxygen', 6, ['c-1']],
        ['probe-1', 'ph', 7, undefined],
        ['probe-2', 'oxygen', 5, undefined],
        ['probe-2', 'ph', 7, undefined],
      ]);
    });
  });
}
