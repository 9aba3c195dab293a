/** What every store must do; run against each implementation. */
import { describe, expect, it } from 'vitest';
import { measured } from '../../sensors/fields.ts';
import type { Kind } from '../../sensors/kind.ts';
import type { Reading } from '../../sensors/reading.ts';
import type { Tally } from '../../sensors/tally.ts';
import { type ConflictingReading, DEFAULT_WRITER, type SeriesQuery, type Store } from '../../store/store.ts';
import { parseEvery } from '../../store/window.ts';

export const testKind: Kind = {
  name: 'test_pond',
  label: { zh: '塘', en: 'pond' },
  subplatform: 'smart_fishery',
  intervalMs: 10_000,
  fields: [
    measured('oxygen', '氧', 'oxygen', ['mg/L', 'mg/L'], [0, 25], 0.01),
    measured('ph', 'pH', 'pH', ['[pH]', ''], [0, 14], 0.01),
  ],
  primary: ['oxygen'],
  panels: [],
};

/** 2026-03-01 00:00 in Shanghai. */
export const T0 = Date.parse('2026-03-01T00:00:00+08:00');

export function reading(time: number, values: Record<string, number>, extra: Partial<Reading> = {}): Reading {
  return {
    park: 'daoyu',
    site: 'pond-1',
    device: 'probe-1',
    kind: 'test_pond',
    time,
    receivedAt: time + 500,
    values,
    ...extra,
  };
}

export function tally(received: number, extra: Partial<Tally> = {}): Tally {
  return { park: 'daoyu', device: 'probe-1', received, duplicate: 0, quarantined: 0, ...extra };
}

export function query(extra: Partial<SeriesQuery> = {}): SeriesQuery {
  return {
    kind: 'test_pond',
    fields: ['oxygen'],
    from: T0 - 400 * 86_400_000,
    to: T0 + 400 * 86_400_000,
    aggregates: ['mean'],
    maxPoints: 100_000,
    ...extra,
  };
}

export interface StoreFeatures {
  /** Says which readings contradict what is stored. */
  readonly findsConflicts?: true;
  /** Survives closing and opening again. */
  readonly reopen?: (store: Store) => Promise<Store>;
}

export function describeStore(name: string, features: StoreFeatures, open: () => Promise<Store>): void {
  const points = async (store: Store, extra: Partial<SeriesQuery> = {}) =>
    (await store.series(query(extra))).map((each) => each.points);

  describe(`${name}: exactly once`, () => {
    it('stores a reading once under resend and counts the rest as duplicates', async () => {
      const store = await open();
      const one = reading(T0, { oxygen: 5 });
      expect(await store.write({ readings: [one, one], tallies: [tally(2)] }, 1)).toEqual({ stored: 1, duplicate: 1 });
      expect(await store.write({ readings: [one], tallies: [tally(1)] }, 2)).toEqual({ stored: 0, duplicate: 1 });
      expect(await points(store)).toEqual([[[T0, 5]]]);
      expect(await store.committed()).toEqual({
        writers: { [DEFAULT_WRITER]: { position: 2 } },
        ledger: [{ park: 'daoyu', device: 'probe-1', received: 3, stored: 1, duplicate: 2, quarantined: 0 }],
      });
    });

    it('refuses a batch that does not begin where the last one of its writer ended, and changes nothing', async () => {
      const store = await open();
      const [first, second, third] = [0, 1, 2].map((index) => reading(T0 + index * 1000, { oxygen: index })) as [
        Reading,
        Reading,
        Reading,
      ];
      await store.write({ readings: [first], tallies: [tally(1)] }, 5, { after: 0 });
      // Its writer read the position before another process went on to 5.
      const overlapping = { readings: [first, second], tallies: [tally(2)] };
      await expect(store.write(overlapping, 8, { after: 0 })).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
      const gap = { readings: [third], tallies: [tally(1)] };
      await expect(store.write(gap, 9, { after: 8 })).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
      expect(await points(store)).toEqual([[[T0, 0]]]);
      expect(await store.committed()).toMatchObject({
        writers: { [DEFAULT_WRITER]: { position: 5 } },
        ledger: [{ received: 1, stored: 1, duplicate: 0 }],
      });
      await store.write({ readings: [second], tallies: [tally(1)] }, 8, { after: 5 });
      expect((await store.committed()).ledger).toMatchObject([{ received: 2, stored: 2, duplicate: 0 }]);
    });

    it.runIf(features.findsConflicts)(
      'hands over what contradicts a stored value, however old, and keeps the first',
      async () => {
        const store = await open();
        const found: ConflictingReading[] = [];
        const options = {
          onConflict: async (conflicting: readonly ConflictingReading[]) => void found.push(...conflicting),
        };
        const old = Array.from({ length: 300 }, (_, index) => reading(T0 + index * 1000, { oxygen: 5 }));
        await store.write({ readings: old, tallies: [tally(300)] }, 1, options);
        const changed = reading(T0, { oxygen: 6 });
        const half = reading(T0 + 1000, { oxygen: 6, ph: 7 });
        const again = reading(T0 + 2000, { oxygen: 5 });
        expect(await store.write({ readings: [changed, half, again], tallies: [tally(3)] }, 2, options)).toEqual({
          ...{ stored: 1, duplicate: 1, refused: 1 },
        });
        expect(found).toEqual([
          { reading: changed, stored: { oxygen: 5 }, isWhole: true },
          { reading: half, stored: { oxygen: 5 }, isWhole: false },
        ]);
        expect((await points(store, { to: T0 + 1500 }))[0]).toEqual([
          [T0, 5],
          [T0 + 1000, 5],
        ]);
        expect((await store.committed()).ledger).toMatchObject([
          { received: 303, stored: 301, duplicate: 1, quarantined: 1 },
        ]);
      },
    );

    it('ignores a batch that was committed before', async () => {
      const store = await open();
      const batch = { readings: [reading(T0, { oxygen: 5 })], tallies: [tally(1)] };
      await store.write(batch, 7);
      expect(await store.write(batch, 7)).toEqual({ stored: 0, duplicate: 0 });
      expect(await store.write(batch, 3)).toEqual({ stored: 0, duplicate: 0 });
      expect((await store.committed()).ledger).toMatchObject([{ received: 1, stored: 1, duplicate: 0 }]);
    });

    it('keeps a position for each of its writers, and one ledger of all', async () => {
      const store = await open();
      const batch = (device: string, time: number) => ({
        readings: [reading(time, { oxygen: 5 }, { device })],
        tallies: [tally(1, { device })],
      });
      await store.write(batch('a', T0), 7, { writer: 'first' });
      expect(await store.write(batch('b', T0), 3, { writer: 'second' })).toEqual({ stored: 1, duplicate: 0 });
      expect(await store.write(batch('b', T0), 3, { writer: 'second' })).toEqual({ stored: 0, duplicate: 0 });
      await store.write(batch('a', T0 + 1000), 8, { writer: 'first' });
      const { writers, ledger } = await store.committed();
      expect(writers).toEqual({ first: { position: 8 }, second: { position: 3 } });
      expect([...ledger].sort((a, b) => (a.device < b.device ? -1 : 1))).toEqual([
        { park: 'daoyu', device: 'a', received: 2, stored: 2, duplicate: 0, quarantined: 0 },
        { park: 'daoyu', device: 'b', received: 1, stored: 1, duplicate: 0, quarantined: 0 },
      ]);
    });

    it('takes late and out-of-order readings in among the others', async () => {
      const store = await open();
      await store.write({ readings: [reading(T0 + 5000, { oxygen: 6 })], tallies: [] }, 1);
      await store.write(
        {
          readings: [
            reading(T0 + 1000, { oxygen: 4 }),
            reading(T0 + 9000, { oxygen: 7 }),
            reading(T0 + 3000, { oxygen: 5 }),
          ],
          tallies: [],
        },
        2,
      );
      await store.write({ readings: [reading(T0 + 3000, { oxygen: 5 })], tallies: [] }, 3);
      expect(await points(store)).toEqual([
        [
          [T0 + 1000, 4],
          [T0 + 3000, 5],
          [T0 + 5000, 6],
          [T0 + 9000, 7],
        ],
      ]);
    });

    it('lets a later message of the same time add fields, never change one', async () => {
      const store = await open();
      await store.write({ readings: [reading(T0, { oxygen: 5 })], tallies: [tally(1)] }, 1);
      expect(await store.write({ readings: [reading(T0, { oxygen: 9, ph: 7 })], tallies: [tally(1)] }, 2)).toEqual({
        stored: 1,
        duplicate: 0,
      });
      expect(await store.write({ readings: [reading(T0, { oxygen: 1 })], tallies: [tally(1)] }, 3)).toEqual({
        stored: 0,
        duplicate: 1,
      });
      const series = await store.series(query({ fields: ['oxygen', 'ph'] }));
      expect(series.map((each) => [each.field, each.points])).toEqual([
        ['oxygen', [[T0, 5]]],
        ['ph', [[T0, 7]]],
      ]);
    });

    it('keeps the flags of a field that comes later, in the same batch or another', async () => {
      const store = await open();
      const oxygen = reading(T0, { oxygen: 5 }, { flags: { oxygen: ['spike'] } });
      const ph = (time: number) => reading(time, { oxygen: 9, ph: 7 }, { flags: { oxygen: ['late'], ph: ['stuck'] } });
      await store.write({ readings: [oxygen, ph(T0)], tallies: [] }, 1);
      await store.write({ readings: [{ ...oxygen, time: T0 + 1000 }], tallies: [] }, 2);
      await store.write({ readings: [ph(T0 + 1000)], tallies: [] }, 3);
      await store.write({ readings: [reading(T0 + 2000, { oxygen: 5 }), ph(T0 + 2000)], tallies: [] }, 4);
      const series = await store.series(query({ fields: ['oxygen', 'ph'] }));
      expect(series.map((each) => [each.field, each.points])).toEqual([
        [
          'oxygen',
          [
            [T0, 5, ['spike']],
            [T0 + 1000, 5, ['spike']],
            [T0 + 2000, 5],
          ],
        ],
        [
          'ph',
          [
            [T0, 7, ['stuck']],
            [T0 + 1000, 7, ['stuck']],
            [T0 + 2000, 7, ['stuck']],
          ],
        ],
      ]);
      const [latest] = await store.latest({});
      expect(latest?.flags).toEqual({ ph: ['stuck'] });
    });

    it('keeps two devices with the same times apart', async () => {
      const store = await open();
      await store.write(
        {
          readings: [
            reading(T0, { oxygen: 5 }),
            reading(T0, { oxygen: 6 }, { device: 'probe-2' }),
            reading(T0, { oxygen: 7 }, { park: 'guoshu' }),
          ],
          tallies: [],
        },
        1,
      );
      expect((await store.series(query())).map((each) => [each.park, each.device, each.points[0]?.[1]]).sort()).toEqual(
        [
          ['daoyu', 'probe-1', 5],
          ['daoyu', 'probe-2', 6],
          ['guoshu', 'probe-1', 7],
        ],
      );
    });
  });

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
      expect(await points(store, { every: parseEvery('1h') })).toEqual([
        [
          [T0, 5.5, ['spike', 'late']],
          [T0 + 86_400_000, 7],
        ],
      ]);
      expect(await points(store)).toEqual([
        [
          [T0, 5, ['spike']],
          [T0 + 1000, 6, ['spike', 'late']],
          [T0 + 86_400_000, 7],
        ],
      ]);
    });
  });

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
      expect((await points(store, { quality: 'good' }))[0]?.map(([time]) => time)).toEqual(good);
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
      expect((await points(store, { from: T0 + 3 * HOUR }))[0]).toEqual([[T0 + 3 * HOUR, 9, ['stuck']]]);
    });
  });

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
      expect(await points(store, { from: T0 + 1, to: T0 + 2 })).toEqual([[[T0 + 1, 1]]]);
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

  describe(`${name}: removal of a device`, () => {
    it('says what is held, removes all of it and nothing else, keeps the ledger, and takes what comes afterwards', async () => {
      const store = await open();
      const [own, other] = [{ device: 'probe-1' }, { device: 'probe-10' }];
      const readings = [own, other].flatMap((of) =>
        Array.from({ length: 120 }, (_, index) => reading(T0 + index * 60_000, { oxygen: 5, ph: 7 }, of)),
      );
      const moved = reading(T0 + 200 * 60_000, { oxygen: 6 }, { ...own, site: 'pond-2' });
      await store.write({ readings: [...readings, moved], tallies: [tally(121), tally(120, other)] }, 1);
      const asked = { park: 'daoyu', device: 'probe-1' };
      expect(await store.holding(asked)).toEqual({ readings: 121, first: T0, last: moved.time });
      expect(await store.holding({ ...asked, device: 'probe' })).toEqual({ readings: 0 });
      const { ledger } = await store.committed();

      await store.remove(asked);
      expect(await store.holding(asked)).toEqual({ readings: 0 });
      expect((await store.latest({})).map(({ device }) => device)).toEqual(['probe-10']);
      const every = parseEvery('1h');
      for (const extra of [{}, { every }])
        expect((await store.series(query(extra))).map(({ device }) => device)).toEqual(['probe-10']);
      expect(await store.holding({ park: 'daoyu', ...other })).toMatchObject({ readings: 120 });
      expect((await store.committed()).ledger).toEqual(ledger);
      expect((await store.faults?.()) ?? []).toEqual([]);
      await store.remove(asked);

      // A new device of that name begins anew: even what was there before is no duplicate.
      const again = { readings: [reading(T0, { oxygen: 9 })], tallies: [tally(1)] };
      expect(await store.write(again, 2)).toEqual({ stored: 1, duplicate: 0 });
      expect(await points(store, own)).toEqual([[[T0, 9]]]);
      expect(await store.latest(own)).toMatchObject([{ values: { oxygen: 9 }, time: T0 }]);
    });
  });

  if (features.reopen === undefined) return;
  const { reopen } = features;

  describe(`${name}: after closing and opening`, () => {
    it('goes on with readings, position, ledger and latest as they were', async () => {
      const store = await open();
      await store.write(
        {
          readings: [reading(T0, { oxygen: 5 }, { attributes: { batch_id: 'x' }, seq: 4 })],
          tallies: [tally(2, { quarantined: 1 })],
        },
        9,
      );
      const before = [await store.committed(), await store.latest({}), await store.series(query())];
      const again = await reopen(store);
      expect([await again.committed(), await again.latest({}), await again.series(query())]).toEqual(before);
      expect(await again.write({ readings: [reading(T0, { oxygen: 5 })], tallies: [tally(1)] }, 10)).toEqual({
        stored: 0,
        duplicate: 1,
      });
    });
  });
}
