/** Exports in slices: complete, in order, and no burden on whoever asks beside them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import type { Reading } from '../../../sensors/reading.ts';
import { createBatchWriter } from '../../../store/duckdb/batch.ts';
import { type Database, openDatabase } from '../../../store/duckdb/database.ts';
import { openDuckDbStore } from '../../../store/duckdb/duckdb.ts';
import { exportReadings } from '../../../store/duckdb/export.ts';
import { load } from '../../../store/duckdb/load.ts';
import { query, reading, T0, testKind } from '../../contract/store/fixtures.ts';

const kinds = new Map([[testKind.name, testKind]]);
const YEAR_MS = 365 * 86_400_000;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The parts below the store, with the questions that were asked counted. */
async function openParts() {
  const database = await openDatabase({ file: join(newFolder(), 'readings.duckdb'), memory: '256MB', threads: 1 });
  onTestFinished(() => database.close());
  const cache = await load(database, kinds);
  let questions = 0;
  const counted: Database = {
    ...database,
    read(work, signal) {
      questions += 1;
      return database.read(work, signal);
    },
  };
  const write = createBatchWriter(database, cache, kinds);
  const exported = async (from: number, to: number, sliceRows?: number) => {
    questions = 0;
    const readings: Reading[] = [];
    const slice = {
      kind: testKind,
      fields: ['oxygen', 'ph'],
      from,
      to,
      selection: {},
      ...(sliceRows && { sliceRows }),
    };
    for await (const each of exportReadings(counted, cache, slice)) readings.push(each);
    return { readings, questions };
  };
  return { write, exported };
}

it('has every reading once, in order of time, whatever the slices', async () => {
  const { write, exported } = await openParts();
  let position = 0;
  const written = new Map<string, Reading>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ second: fc.nat(400_000), device: fc.constantFrom('a', 'b', 'c') }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 200_000 }),
      async (more, sliceRows, fromSecond) => {
        const readings = more.map(({ second, device }) => reading(T0 + second * 1000, { oxygen: second }, { device }));
        for (const each of readings) written.set(`${each.device} ${each.time}`, each);
        position += 1;
        await write({ readings, tallies: [] }, position);
        const [from, to] = [T0 + fromSecond * 1000, T0 + 350_000_000];
        const found = (await exported(from, to, sliceRows)).readings;
        const expected = [...written.values()].filter(({ time }) => time >= from && time < to);
        expect(found.map(({ time }) => time)).toEqual(expected.map(({ time }) => time).sort((a, b) => a - b));
        expect(new Set(found)).toEqual(new Set(expected));
      },
    ),
    { numRuns: 20 },
  );
}, 60_000);

it('carries all that a reading has', async () => {
  const { write, exported } = await openParts();
  const readings = [
    reading(T0, { oxygen: 5, ph: 7 }, { seq: 17, attributes: { batch_id: 'b-1' }, flags: { ph: ['stuck'] } }),
    reading(T0 + 1, { oxygen: 6 }, { seq: 0 }),
  ];
  await write({ readings, tallies: [] }, 1);
  expect((await exported(T0, T0 + 1000)).readings).toEqual(readings);
});

it('asks as often as there is data, not as the time is long', async () => {
  const { write, exported } = await openParts();
  const readings = [-30, -1, 0, 50].map((years) => reading(T0 + years * YEAR_MS, { oxygen: 1 }));
  await write({ readings, tallies: [] }, 1);
  const found = await exported(T0 - 50 * YEAR_MS, T0 + 51 * YEAR_MS);
  expect(found.readings).toHaveLength(4);
  expect(found.questions).toBe(2);
});

it('holds up nobody while its readers pause', async () => {
  const store = await openDuckDbStore({ folder: newFolder(), kinds, rollupEveryMs: 0 });
  onTestFinished(() => store.close());
  const readings = Array.from({ length: 50 }, (_, index) => reading(T0 + index * 1000, { oxygen: index }));
  await store.write({ readings, tallies: [] }, 1);
  const paused = Array.from({ length: 20 }, () => store.export(query())[Symbol.asyncIterator]());
  for (const each of paused) expect((await each.next()).value).toMatchObject({ time: T0 });
  expect((await store.series(query()))[0]?.points).toHaveLength(50);
  for (const each of paused) await each.return?.();
});
