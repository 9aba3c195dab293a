import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { measured } from '../../../sensors/fields.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Reading } from '../../../sensors/reading.ts';
import { openDuckDbStore } from '../../../store/duckdb/duckdb.ts';
import { openMemoryStore } from '../../../store/memory.ts';
import { DEFAULT_WRITER, QUALITIES, type Series, type Store } from '../../../store/store.ts';
import { parseEvery } from '../../../store/window.ts';
import { query, reading, T0, tally, testKind } from '../../contract/store/fixtures.ts';
import { describeStore } from '../../contract/store.ts';
import { compiled } from '../../started-process.ts';

const kinds = new Map([[testKind.name, testKind]]);
const folders = new WeakMap<Store, string>();

async function open(
  folder = mkdtempSync(join(tmpdir(), 'daoyu-store-')),
  clock = Date.now,
  ofKinds: ReadonlyMap<string, Kind> = kinds,
): Promise<Store> {
  const store = await openDuckDbStore({ folder, kinds: ofKinds, rollupEveryMs: 0, clock });
  folders.set(store, folder);
  onTestFinished(() => store.close().catch(() => {}));
  return store;
}

async function reopen(store: Store): Promise<Store> {
  await store.close();
  return await open(folders.get(store));
}

describeStore('DuckDB store', { reopen, findsConflicts: true }, () => open());

it('leaves the file to others when it cannot be opened', async () => {
  const store = await open();
  const folder = folders.get(store) ?? '';
  await store.close();
  const file = join(folder, 'readings.duckdb');
  const run = async (statement: string) => {
    const code = `import { DuckDBInstance } from '@duckdb/node-api';
      const instance = await DuckDBInstance.create(${JSON.stringify(file)});
      await (await instance.connect()).run(${JSON.stringify(statement)});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (data) => {
      complaint += String(data);
    });
    await once(child, 'close');
    return complaint;
  };
  expect(await run("INSERT OR REPLACE INTO meta VALUES ('schema', 1000)")).toBe('');
  await expect(open(folder)).rejects.toMatchObject({ code: 'STORE_NEWER' });
  // Another process would be told of a lock that this one holds.
  expect(await run("DELETE FROM meta WHERE name = 'schema'")).toBe('');
  expect((await (await open(folder)).status()).isWritable).toBe(true);
});

describe('rollups', () => {
  it('never change an answer: late, out of order, doubled, merged, whatever was summed before', async () => {
    const step = fc.record({
      readings: fc.array(
        fc.record({
          minute: fc.integer({ min: 0, max: 60 * 50 }),
          device: fc.constantFrom('probe-1', 'probe-2'),
          oxygen: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
          ph: fc.option(fc.integer({ min: 5, max: 9 }), { nil: undefined }),
          flag: fc.constantFrom(undefined, 'spike' as const, 'late' as const),
        }),
        { maxLength: 30 },
      ),
      sumUpToHour: fc.integer({ min: 0, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('1m', '10m', '1h', '6h', '1d', '1w', '1mo'),
        fc.constantFrom(...QUALITIES),
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 0, max: 3000 }),
        async (steps, every, quality, fromMinute, minutes) => {
          let now = 0;
          const folder = mkdtempSync(join(tmpdir(), 'daoyu-rollup-'));
          const store = await openDuckDbStore({ folder, kinds, rollupEveryMs: 0, clock: () => now });
          const reference = openMemoryStore();
          let position = 0;
          for (const { readings, sumUpToHour } of steps) {
            const batch = readings.flatMap(({ minute, device, oxygen, ph, flag }): Reading[] => {
              const values = { ...(oxygen !== undefined && { oxygen }), ...(ph !== undefined && { ph }) };
              if (Object.keys(values).length === 0) return [];
              return [
                reading(T0 + minute * 60_000 + 7, values, {
                  device,
                  ...(flag && oxygen !== undefined && { flags: { oxygen: [flag] } }),
                }),
              ];
            });
            position += 1;
            expect(await store.write({ readings: batch, tallies: [] }, position)).toEqual(
              await reference.write({ readings: batch, tallies: [] }, position),
            );
            now = Math.max(now, T0 + sumUpToHour * 3_600_000);
            await store.forget({}); // Runs a round of sums and removes nothing.
          }
          const question = query({
            fields: ['oxygen', 'ph'],
            every: parseEvery(every),
            quality,
            aggregates: ['mean', 'min', 'max', 'first', 'last', 'count', 'sum'],
            from: T0 + fromMinute * 60_000,
            to: T0 + (fromMinute + minutes) * 60_000,
          });
          expect(sorted(await store.series(question))).toEqual(sorted(await reference.series(question)));
          expect(await store.latest({}).then(byDevice)).toEqual(await reference.latest({}).then(byDevice));
          await store.close();
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  it('stay when raw readings are forgotten', async () => {
    const store = await open(undefined, () => T0 + 40 * 86_400_000);
    await store.write(
      { readings: [0, 1, 2].map((hour) => reading(T0 + hour * 3_600_000, { oxygen: hour + 1 })), tallies: [] },
      1,
    );
    await store.forget({ raw: T0 + 20 * 86_400_000 });
    expect(await store.series(query())).toEqual([]);
    const [days] = await store.series(query({ every: parseEvery('1d'), from: T0, to: T0 + 86_400_000 }));
    expect(days?.points).toEqual([[T0, 2]]);
  });
});

const sorted = (series: readonly Series[]) =>
  [...series]
    .sort((a, b) => `${a.device}${a.field}${a.aggregate}`.localeCompare(`${b.device}${b.field}${b.aggregate}`))
    // Sums of the same numbers in another order differ in the last bits.
    .map((each) => ({
      ...each,
      points: each.points.map(([time, value, flags]) => [time, Math.round(value * 1e9) / 1e9, flags]),
    }));
const byDevice = (rows: readonly { device: string }[]) => [...rows].sort((a, b) => a.device.localeCompare(b.device));

describe('a kind that gains a field', () => {
  it('keeps its old readings and takes the new field', async () => {
    const first = await open();
    await first.write({ readings: [reading(T0, { oxygen: 5 })], tallies: [] }, 1);
    await first.close();
    const grown = {
      ...testKind,
      fields: [measured('salinity', '盐度', 'salinity', ['g/kg', 'g/kg'], [0, 45], 0.01), ...testKind.fields],
    };
    const second = await open(folders.get(first), Date.now, new Map([[grown.name, grown]]));
    await second.write({ readings: [reading(T0 + 1000, { salinity: 3, oxygen: 6 })], tallies: [] }, 2);
    const series = await second.series(query({ fields: ['oxygen', 'salinity'] }));
    expect(series.map((each) => [each.field, each.points])).toEqual([
      [
        'oxygen',
        [
          [T0, 5],
          [T0 + 1000, 6],
        ],
      ],
      ['salinity', [[T0 + 1000, 3]]],
    ]);
  });
});

describe('a broken write', () => {
  it('keeps nothing of its batch, and the next one works', async () => {
    const store = await open();
    const strange = reading(T0, { oxygen: 5 }, { kind: 'gone_kind' });
    await expect(
      store.write({ readings: [reading(T0, { oxygen: 5 }), strange], tallies: [tally(2)] }, 1),
    ).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect((await store.status()).isWritable).toBe(false);
    expect(await store.committed()).toEqual({ writers: {}, ledger: [] });
    expect(await store.write({ readings: [reading(T0, { oxygen: 5 })], tallies: [tally(1)] }, 1)).toEqual({
      stored: 1,
      duplicate: 0,
    });
    expect((await store.status()).isWritable).toBe(true);
  });

  it('a stopped query says so and harms nothing', async () => {
    const store = await open();
    const controller = new AbortController();
    controller.abort();
    await expect(store.series(query({ signal: controller.signal }))).rejects.toMatchObject({ code: 'QUERY_STOPPED' });
    expect(await store.series(query())).toEqual([]);
  });

  it('an unknown field is refused with those there are', async () => {
    const store = await open();
    await expect(store.series(query({ fields: ['oxygen"; DROP TABLE ledger'] }))).rejects.toMatchObject({
      code: 'FIELD_UNKNOWN',
      message: expect.stringContaining('ph'),
    });
  });
});

describe('kill -9 while writing', () => {
  it('leaves whole batches only: rows, ledger and position agree', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daoyu-kill-'));
    for (let kill = 0; kill < 4; kill++) {
      const child = spawn(process.execPath, [compiled('test/store/duckdb/writing-process.ts'), folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: child.stdout });
      let committed = 0;
      for await (const line of lines) {
        committed = Number(line);
        if (committed % 7 === 0) break;
      }
      child.kill('SIGKILL');
      await once(child, 'exit');
      const store = await open(folder);
      const { writers, ledger } = await store.committed();
      const position = writers[DEFAULT_WRITER]?.position ?? 0;
      expect(position).toBeGreaterThanOrEqual(committed);
      const [row] = ledger;
      const [count] = await store.series(
        query({ every: parseEvery('1mo'), aggregates: ['count'], to: T0 + 4000 * 86_400_000 }),
      );
      expect(row).toMatchObject({ received: position * 10, stored: position * 10 });
      expect(count?.points.reduce((sum, [, value]) => sum + value, 0)).toBe(position * 10);
      await store.close();
    }
  }, 60_000);
});
