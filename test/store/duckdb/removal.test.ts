/** What retention removes must not change what hours and days say, whatever comes late, comes again or is replayed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Reading } from '../../../sensors/reading.ts';
import { openDuckDbStore } from '../../../store/duckdb/duckdb.ts';
import { openMemoryStore } from '../../../store/memory.ts';
import { AGGREGATES, type Quality, type Series, type Store } from '../../../store/store.ts';
import { HOUR_MS, parseEvery } from '../../../store/window.ts';
import { query, reading, T0, testKind } from '../../contract/store/fixtures.ts';

const kinds = new Map([[testKind.name, testKind]]);

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-removal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function open(folder: string, clock: () => number): Promise<Store> {
  const store = await openDuckDbStore({ folder, kinds, rollupEveryMs: 0, clock });
  onTestFinished(() => store.close().catch(() => {}));
  return store;
}

/** Aggregates of the day after T0, by name. */
async function day(store: Pick<Store, 'series'>): Promise<Record<string, number | undefined>> {
  const series = await store.series(
    query({ every: parseEvery('1d'), aggregates: AGGREGATES, from: T0, to: T0 + 24 * HOUR_MS }),
  );
  return Object.fromEntries(series.map(({ aggregate, points }) => [aggregate, points[0]?.[1]]));
}

describe('an hour whose raw readings were removed', () => {
  it('keeps its sums when the cut-off lies within it and a late reading comes', async () => {
    const store = await open(newFolder(), () => T0 + 40 * 24 * HOUR_MS);
    const minutes = [5, 15, 25, 35, 45, 55];
    await store.write({ readings: minutes.map((at) => reading(T0 + at * 60_000, { oxygen: at })), tallies: [] }, 1);
    await store.forget({ raw: T0 + 30 * 60_000 });
    // The hour is not over at the cut-off: all of it stays.
    expect((await store.status()).readings).toBe(6);
    await store.write({ readings: [reading(T0 + 16 * 60_000, { oxygen: 100 })], tallies: [] }, 2);
    await store.forget({});
    expect(await day(store)).toMatchObject({ count: 7, sum: 280, max: 100, first: 5, last: 55 });
  });

  it('has been summed again with what came late before the removal', async () => {
    const store = await open(newFolder(), () => T0 + 40 * 24 * HOUR_MS);
    await store.write({ readings: [reading(T0, { oxygen: 1 })], tallies: [] }, 1);
    await store.forget({});
    await store.write(
      { readings: [reading(T0 - 1000, { oxygen: 3 }), reading(T0 + 1000, { oxygen: 2 })], tallies: [] },
      2,
    );
    await store.forget({ raw: T0 + HOUR_MS });
    expect((await store.status()).readings).toBe(0);
    expect(await day(store)).toMatchObject({ count: 2, sum: 3, first: 1, last: 2 });
  });

  it('has been summed with what comes late while the removal begins', async () => {
    const store = await open(newFolder(), () => T0 + 40 * 24 * HOUR_MS);
    await store.write({ readings: [reading(T0, { oxygen: 1 })], tallies: [] }, 1);
    await store.forget({});
    let isRemoved = false;
    const removing = store.forget({ raw: T0 + HOUR_MS }).finally(() => {
      isRemoved = true;
    });
    // One transaction after the other, so that some lie between the new sums and the removal.
    let count = 1;
    while (!isRemoved) {
      await store.write({ readings: [reading(T0 + count * 1000, { oxygen: 1 })], tallies: [] }, count + 1);
      count += 1;
    }
    await removing;
    expect(await day(store)).toMatchObject({ count, sum: count });
  });

  it('is marked for a new sum only until the next round', async () => {
    const folder = newFolder();
    const store = await open(folder, () => T0 + 40 * 24 * HOUR_MS);
    await store.write({ readings: [reading(T0, { oxygen: 1 })], tallies: [] }, 1);
    await store.forget({});
    await store.write({ readings: [reading(T0 - 1000, { oxygen: 3 })], tallies: [] }, 2);
    await store.forget({});
    await store.close();
    const instance = await DuckDBInstance.create(join(folder, 'readings.duckdb'));
    const connection = await instance.connect();
    const marks = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM dirty');
    expect(marks.getRows()).toEqual([[0]]);
    connection.closeSync();
    instance.closeSync();
  });

  it('is added to by late readings, which may be its first, its last, or known already', async () => {
    const store = await open(newFolder(), () => T0 + 40 * 24 * HOUR_MS);
    await store.write({ readings: [10, 20].map((at) => reading(T0 + at * 60_000, { oxygen: at })), tallies: [] }, 1);
    await store.forget({ raw: T0 + HOUR_MS });
    expect((await store.status()).readings).toBe(0);
    const late = (minute: number, values: Record<string, number>, position: number) =>
      store.write({ readings: [reading(T0 + minute * 60_000, values)], tallies: [] }, position);
    expect(await late(5, { oxygen: 1 }, 2)).toEqual({ stored: 1, duplicate: 0 });
    expect(await late(30, { oxygen: 3 }, 3)).toEqual({ stored: 1, duplicate: 0 });
    expect(await late(20, { oxygen: 99 }, 4)).toEqual({ stored: 0, duplicate: 1 });
    expect(await late(20, { oxygen: 99, ph: 7 }, 5)).toEqual({ stored: 1, duplicate: 0 });
    expect(await late(30, { oxygen: 99 }, 6)).toEqual({ stored: 0, duplicate: 1 });
    await store.forget({});
    expect(await day(store)).toEqual({ mean: 8.5, min: 1, max: 20, first: 1, last: 3, count: 4, sum: 34 });
    const [ph] = await store.series(query({ fields: ['ph'], every: parseEvery('1h'), aggregates: ['sum'] }));
    expect(ph?.points).toEqual([[T0, 7]]);
    expect((await store.status()).readings).toBe(0);
    expect(await store.series(query())).toEqual([]);
  });
});

describe('windows, against a store that never forgets', () => {
  const values = fc.record({
    oxygen: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    ph: fc.option(fc.integer({ min: 5, max: 9 }), { nil: undefined }),
  });
  const readings = fc.array(
    fc.record({
      minute: fc.integer({ min: 0, max: 60 * 30 }),
      device: fc.constantFrom('probe-1', 'probe-2'),
      values,
      isFlagged: fc.boolean(),
    }),
    { maxLength: 20 },
  );
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), readings }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('forget' as const),
        nowHour: fc.integer({ min: 0, max: 40 }),
        rawMinute: fc.option(fc.integer({ min: 0, max: 60 * 40 }), { nil: undefined }),
        minuteMinute: fc.option(fc.integer({ min: 0, max: 60 * 40 }), { nil: undefined }),
      }),
    },
    // What was written before comes again, from a device that resends or a quarantine that is replayed.
    { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), from: fc.nat(60), values }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  );

  it('are the same after any order of writes, removals, late data, replays and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 2, maxLength: 8 }),
        fc.constantFrom('1h', '6h', '1d', '1mo'),
        async (steps, every) => {
          let now = 0;
          const folder = newFolder();
          let store = await open(folder, () => now);
          const reference = openMemoryStore();
          const written: Reading[] = [];
          let position = 0;
          const write = async (batch: readonly Reading[]) => {
            position += 1;
            written.push(...batch);
            expect(await store.write({ readings: batch, tallies: [] }, position)).toEqual(
              await reference.write({ readings: batch, tallies: [] }, position),
            );
          };
          for (const each of steps) {
            if (each.do === 'write') await write(each.readings.flatMap(toReading));
            if (each.do === 'again') {
              const { oxygen, ph } = each.values;
              const more = { ...(oxygen !== undefined && { oxygen }), ...(ph !== undefined && { ph }) };
              await write(
                written.slice(each.from, each.from + 5).map((one) => ({ ...one, values: { ...one.values, ...more } })),
              );
            }
            if (each.do === 'forget') {
              now = Math.max(now, T0 + each.nowHour * HOUR_MS);
              const at = (minute: number | undefined) => minute !== undefined && T0 + minute * 60_000;
              const [raw, minute] = [at(each.rawMinute), at(each.minuteMinute)];
              await store.forget({ ...(raw !== false && { raw }), ...(minute !== false && { minute }) });
            }
            if (each.do === 'reopen') {
              await store.close();
              store = await open(folder, () => now);
            }
          }
          const question = query({
            fields: ['oxygen', 'ph'],
            every: parseEvery(every),
            aggregates: AGGREGATES,
            from: T0,
            to: T0 + 40 * HOUR_MS,
          });
          expect(sorted(await store.series(question))).toEqual(sorted(await reference.series(question)));
          let held = 0;
          for await (const _ of store.export(query({ fields: ['oxygen', 'ph'] }))) held += 1;
          expect((await store.status()).readings).toBe(held);
          await store.close();
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);
});

function toReading(of: {
  readonly minute: number;
  readonly device: string;
  readonly values: { readonly oxygen: number | undefined; readonly ph: number | undefined };
  readonly isFlagged: boolean;
}): Reading[] {
  const { oxygen, ph } = of.values;
  const values = { ...(oxygen !== undefined && { oxygen }), ...(ph !== undefined && { ph }) };
  if (Object.keys(values).length === 0) return [];
  const flags = of.isFlagged && oxygen !== undefined ? { flags: { oxygen: ['spike' as const] } } : {};
  return [reading(T0 + of.minute * 60_000 + 7, values, { device: of.device, ...flags })];
}

const sorted = (series: readonly Series[]) =>
  [...series]
    .sort((a, b) => `${a.device}${a.field}${a.aggregate}`.localeCompare(`${b.device}${b.field}${b.aggregate}`))
    // Sums of the same numbers in another order differ in the last bits.
    .map((each) => ({
      ...each,
      points: each.points.map(([time, value, flags]) => [time, Math.round(value * 1e9) / 1e9, flags]),
    }));

describe('minutes that were removed while their raw readings are kept', () => {
  it('are answered from the raw readings', async () => {
    const store = await open(newFolder(), () => T0 + 40 * 24 * HOUR_MS);
    await store.write({ readings: [0, 1, 2].map((at) => reading(T0 + at * 1000, { oxygen: at })), tallies: [] }, 1);
    await store.forget({ minute: T0 + HOUR_MS });
    const [found] = await store.series(query({ every: parseEvery('5m'), aggregates: ['count'] }));
    expect(found?.points).toEqual([[T0, 3]]);
  });
});

describe('a file of the version that removed raw readings up to any instant', () => {
  it('keeps the sums of what was removed and takes late readings beside them', async () => {
    const folder = newFolder();
    const clock = () => T0 + 40 * 24 * HOUR_MS;
    const first = await open(folder, clock);
    const minutes = [5, 15, 25, 35, 45, 55, 65];
    await first.write({ readings: minutes.map((at) => reading(T0 + at * 60_000, { oxygen: at })), tallies: [] }, 1);
    await first.forget({});
    await first.close();
    const instance = await DuckDBInstance.create(join(folder, 'readings.duckdb'));
    const connection = await instance.connect();
    for (const statement of [
      `DELETE FROM readings_test_pond WHERE time < ${T0 + 30 * 60_000}`,
      "DELETE FROM meta WHERE name = 'schema'",
      'DROP TABLE kept',
      'DROP TABLE removed_test_pond',
      ...['oxygen', 'ph'].flatMap((field) =>
        ['t0', 't1'].flatMap((sum) =>
          ['1h', '1m'].map((level) => `ALTER TABLE rollup_${level}_test_pond DROP COLUMN ${field}_${sum}`),
        ),
      ),
    ])
      await connection.run(statement);
    connection.closeSync();
    instance.closeSync();
    const store = await open(folder, clock);
    expect(await day(store)).toMatchObject({ count: 7, first: 5, last: 65 });
    await store.write({ readings: [reading(T0 + 16 * 60_000, { oxygen: 1 })], tallies: [] }, 2);
    await store.write({ readings: [reading(T0 + 66 * 60_000, { oxygen: 2 })], tallies: [] }, 3);
    await store.forget({});
    expect(await day(store)).toMatchObject({ count: 9, min: 1, max: 65, first: 5, last: 2 });
    expect(await store.write({ readings: [reading(T0 + 35 * 60_000, { oxygen: 9 })], tallies: [] }, 4)).toEqual({
      stored: 0,
      duplicate: 1,
    });
  });
});

describe('a file of the version that summed good and doubted values together', () => {
  it('answers with good values at once, and where raw readings are gone with the sums it has', async () => {
    const folder = newFolder();
    const clock = () => T0 + 40 * 24 * HOUR_MS;
    const first = await open(folder, clock);
    const doubted = { flags: { oxygen: ['spike' as const] } };
    const oxygen = (hour: number, value: number, extra = {}) =>
      reading(T0 + hour * HOUR_MS + value, { oxygen: value }, extra);
    const readings = [0, 24, 48].flatMap((hour) => [oxygen(hour, 6), oxygen(hour, 20, doubted)]);
    await first.write({ readings: [...readings, oxygen(72, 5)], tallies: [] }, 1);
    await first.forget({ raw: T0 + 24 * HOUR_MS });
    await first.close();
    const instance = await DuckDBInstance.create(join(folder, 'readings.duckdb'));
    const connection = await instance.connect();
    for (const level of ['1h', '1m']) {
      const table = `rollup_${level}_test_pond`;
      const isTwo = 'WHERE oxygen_dn > 0';
      await connection.run(
        `UPDATE ${table} SET oxygen_n = 2, oxygen_s = 26, oxygen_hi = 20, oxygen_last = 20 ${isTwo}`,
      );
      for (const field of ['oxygen', 'ph'])
        for (const sum of ['dn', 'ds', 'dlo', 'dhi', 'dfirst', 'dlast', 'dt0', 'dt1'])
          await connection.run(`ALTER TABLE ${table} DROP COLUMN ${field}_${sum}`);
    }
    await connection.run("UPDATE meta SET value = 2 WHERE name = 'schema'");
    connection.closeSync();
    instance.closeSync();
    const store = await open(folder, clock);
    const days = async (quality: Quality) => {
      const [found] = await store.series(query({ every: parseEvery('1d'), aggregates: ['mean'], quality }));
      return found?.points.map(([, value], index) => [value, found.excluded?.[index]]);
    };
    const good = [
      [13, 0],
      [6, 1],
      [6, 1],
      [5, 0],
    ];
    expect(await days('good')).toEqual(good);
    await store.forget({}); // Runs a round of sums.
    expect(await days('good')).toEqual(good);
    expect(await days('all')).toEqual([13, 13, 13, 5].map((mean) => [mean, 0]));
  });
});
