/** What corrections must do over every store: the same as a recomputation from the raw readings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctedReadings, correctedSeries } from '../../corrections/corrected-series.ts';
import { type Correction, corrected, correctionsKnown, type Method } from '../../corrections/correction.ts';
import { isDoubtful } from '../../sensors/flag.ts';
import type { Reading } from '../../sensors/reading.ts';
import { QUALITIES, type Store } from '../../store/store.ts';
import { parseEvery, windowStart } from '../../store/window.ts';
import { query, reading, T0 } from './store/fixtures.ts';

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
const anyMove: fc.Arbitrary<Method> = fc.oneof(
  fc.record({ is: fc.constant('clock' as const), seconds: fc.integer({ min: -90, max: 90 }).map((n) => n * 60) }),
  fc.constant({ is: 'swap' as const, with: 'probe-2', withSite: 'pond-2' }),
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

    it('that move whole readings are a recomputation from raw readings, too, and withdrawn as if they had never been', async () => {
      const anyOf = fc.record({
        from: fc.integer({ min: 0, max: 599 }),
        minutes: fc.integer({ min: 1, max: 400 }),
        method: fc.oneof(anyMove, anyMethod),
        device: fc.constantFrom('probe-1', 'probe-1', 'probe-2'),
      });
      const ofDevices = fc.array(fc.record({ device: fc.constantFrom('probe-1', 'probe-2'), each: anyReading }), {
        maxLength: 40,
      });
      await fc.assert(
        fc.asyncProperty(
          ofDevices,
          fc.array(anyOf, { minLength: 1, maxLength: 4 }),
          fc.constantFrom('10m', '1h', '1d'),
          fc.constantFrom(undefined, 'probe-1', 'probe-2'),
          async (drawnReadings, drawn, every, device) => {
            const store = await open();
            const stored = new Map<string, Reading>();
            for (const { device: of, each } of drawnReadings) {
              const site = of === 'probe-1' ? 'pond-1' : 'pond-2';
              const made = reading(T0 + each.minute * MINUTE, { oxygen: each.oxygen }, { device: of, site });
              if (!stored.has(`${of} ${made.time}`)) stored.set(`${of} ${made.time}`, made);
            }
            await store.write({ readings: [...stored.values()], tallies: [] }, 1);
            await store.forget({});
            const all = drawn.map(({ from, minutes, method, device: of }, index) => {
              const isOther = method.is === 'swap' || of === 'probe-1' ? {} : { device: of, site: 'pond-2' };
              const isWhole = method.is === 'swap' || method.is === 'clock' ? { field: '*' } : {};
              const more = { ...isOther, ...isWhole };
              return correction(`c-${index + 1}`, T0 + from * MINUTE, T0 + (from + minutes) * MINUTE, method, more);
            });
            const expected = new Map<
              string,
              { readonly isMoved: boolean; readonly value: number; readonly order: number }
            >();
            let order = 0;
            for (const raw of [...stored.values()].sort(
              (one, other) => one.time - other.time || (one.device < other.device ? -1 : 1),
            )) {
              let { device: at, time } = raw;
              let value = raw.values.oxygen;
              for (const each of all) {
                if (time < each.at || time >= each.until) continue;
                if (each.method.is === 'swap') at = at === 'probe-1' ? 'probe-2' : 'probe-1';
                else if (at !== each.device) continue;
                else if (each.method.is === 'clock') time += each.method.seconds * 1000;
                else if (value !== undefined) value = corrected(value, time, [each]);
              }
              const isMoved = at !== raw.device || time !== raw.time;
              const key = `${at} ${time}`;
              order += 1;
              // One time, one value: what was there counts, then what came first.
              const known = expected.get(key);
              if (value === undefined || (known !== undefined && (!known.isMoved || isMoved))) continue;
              expected.set(key, { isMoved, value, order });
            }
            const from = T0 + 60 * MINUTE;
            const to = T0 + 540 * MINUTE;
            const asked = [...expected].flatMap(([key, { value }]) => {
              const [at = '', text = ''] = key.split(' ');
              const time = Number(text);
              return time < from || time >= to || (device !== undefined && at !== device) ? [] : [{ at, time, value }];
            });
            const question = query({
              from,
              to,
              every: parseEvery(every),
              aggregates: ['count', 'sum'],
              ...(device && { device }),
            });
            const { every: _every, ...raw } = question;
            const points = (await correctedSeries(store, raw, all)).flatMap((series) =>
              series.points.map(([time, value]) => `${series.device} ${time} ${Math.round(value * 1e6)}`),
            );
            expect(points.sort()).toEqual(
              asked.map(({ at, time, value }) => `${at} ${time} ${Math.round(value * 1e6)}`).sort(),
            );
            const exported: number[] = [];
            for await (const each of correctedReadings(store, raw, all)) exported.push(each.time);
            expect(exported).toEqual([...exported].sort((one, other) => one - other));
            expect(exported.length).toBe(asked.length);
            const windows = new Map<string, readonly [count: number, sum: number]>();
            for (const { at, time, value } of asked) {
              const key = `${at} ${windowStart(time, parseEvery(every))}`;
              const [count, sum] = windows.get(key) ?? [0, 0];
              windows.set(key, [count + 1, sum + value]);
            }
            const answered = new Map<string, number[]>();
            for (const { device: at, points: found } of await correctedSeries(store, question, all))
              for (const [start, value] of found)
                answered.set(`${at} ${start}`, [...(answered.get(`${at} ${start}`) ?? []), value]);
            const sorted = (map: ReadonlyMap<string, readonly number[]>) =>
              [...map]
                .map(([key, values]) => `${key} ${values.map((value) => Math.round(value * 1e6)).join(' ')}`)
                .sort();
            expect(sorted(answered)).toEqual(sorted(windows));
            // Withdrawn: as if none had been.
            const withdrawn = all.map((each, index) =>
              correction(`w-${index + 10}`, each.at, each.until, each.method, {
                device: each.device,
                field: each.field,
                supersedes: each.id,
                isWithdrawn: true,
              }),
            );
            expect(await correctedSeries(store, question, correctionsKnown([...all, ...withdrawn]))).toEqual(
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
