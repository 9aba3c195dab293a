/** Query times on a large store: one device and all devices, a day and thirty days, in the windows that charts ask for. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { loadKinds } from '../sensors/kinds.ts';
import { openDuckDbStore } from '../store/duckdb/duckdb.ts';
import type { SeriesQuery, Store } from '../store/store.ts';
import { parseEvery } from '../store/window.ts';

const DAY_MS = 86_400_000;
export const END = Date.parse('2026-11-01T00:00:00+08:00');
const RUNS = 7;

export async function benchQuery({ readings }: { readonly readings: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-bench-query-'));
  const kinds = await loadKinds();
  const devices = 1000;
  const perDevice = Math.ceil(readings / devices);
  const days = 35;
  const stepMs = Math.floor((days * DAY_MS) / perDevice);
  const open = () => openDuckDbStore({ folder, kinds, rollupEveryMs: 0, clock: () => END + 3_600_000, memory: '4GB' });
  await (await open()).close();
  process.stderr.write(
    `filling ${(devices * perDevice).toLocaleString('en')} readings of ${devices} devices, one each ${(stepMs / 1000).toFixed(0)} s over ${days} days …\n`,
  );
  await fill(join(folder, 'readings.duckdb'), devices, perDevice, stepMs);
  let store = await open();
  const startedAt = performance.now();
  await store.forget({});
  process.stderr.write(`rollups: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  await store.close();
  store = await open();
  const { readings: count, sizeBytes } = await store.status();
  console.log(
    `${count.toLocaleString('en')} readings of 4 fields, ${(sizeBytes / 1e9).toFixed(2)} GB, ${(sizeBytes / count).toFixed(1)} bytes a reading with rollups\n`,
  );
  console.log(
    `${'question'.padEnd(58)}${'points'.padStart(9)}${'min ms'.padStart(9)}${'median'.padStart(9)}${'max'.padStart(9)}`,
  );
  const base = {
    kind: 'aquaculture_pond',
    fields: ['dissolved_oxygen'],
    aggregates: ['mean'],
    maxPoints: 10_000_000,
  } as const;
  await time(store, 'one device, 24 h, raw', { ...base, device: 'd-500', from: END - DAY_MS, to: END });
  await time(store, 'one device, 24 h, 5 min mean', {
    ...base,
    device: 'd-500',
    from: END - DAY_MS,
    to: END,
    every: parseEvery('5m'),
  });
  await time(store, 'one device, 30 d, 1 h mean, min, max', {
    ...base,
    device: 'd-500',
    from: END - 30 * DAY_MS,
    to: END,
    every: parseEvery('1h'),
    aggregates: ['mean', 'min', 'max'],
  });
  await time(store, 'one device, 30 d, 30 min mean (no rollup fits)', {
    ...base,
    device: 'd-500',
    from: END - 30 * DAY_MS,
    to: END,
    every: parseEvery('30m'),
  });
  await time(store, 'all devices, 24 h, 1 h mean', { ...base, from: END - DAY_MS, to: END, every: parseEvery('1h') });
  await time(store, 'all devices, 24 h, 5 min mean', { ...base, from: END - DAY_MS, to: END, every: parseEvery('5m') });
  await time(store, 'all devices, 30 d, 1 d mean, min, max', {
    ...base,
    from: END - 30 * DAY_MS,
    to: END,
    every: parseEvery('1d'),
    aggregates: ['mean', 'min', 'max'],
  });
  await time(store, 'all devices, 30 d, 1 h mean', {
    ...base,
    from: END - 30 * DAY_MS,
    to: END,
    every: parseEvery('1h'),
  });
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}

/** In order of time, a day after the other, as intake would have written it; by SQL, because intake takes its time. */
export async function fill(file: string, devices: number, perDevice: number, stepMs: number): Promise<void> {
  const instance = await DuckDBInstance.create(file, { memory_limit: '4GB' });
  const connection = await instance.connect();
  await connection.run(`INSERT INTO devices SELECT i, 'daoyu', 'd-' || i FROM range(1, ${devices + 1}) t(i)`);
  await connection.run(`INSERT INTO sites SELECT i, 'daoyu', 's-' || i FROM range(1, ${devices + 1}) t(i)`);
  const slices = 35;
  const perSlice = Math.ceil(perDevice / slices);
  for (let slice = 0; slice < slices; slice++) {
    const from = slice * perSlice;
    const to = Math.min(perDevice, from + perSlice);
    await connection.run(`INSERT INTO readings_aquaculture_pond (device, site, time, received, f_dissolved_oxygen, f_water_temperature, f_ph, f_turbidity)
      SELECT d, d, t, t + 800, round(7 + 3 * sin(t / 13750987.0 + d) + random() * 0.1, 2), round(24 + 3 * sin(t / 13750987.0), 1), round(8 + 0.4 * sin(t / 13750987.0 + 1), 2), round(30 + 10 * random(), 1)
      FROM (SELECT d, (${END} - (${perDevice} - i) * ${stepMs})::BIGINT AS t FROM range(${from}, ${to}) a(i), range(1, ${devices + 1}) b(d)) ORDER BY t, d`);
    process.stderr.write(`  ${Math.round((100 * (slice + 1)) / slices)} %\r`);
  }
  process.stderr.write('\n');
  connection.closeSync();
  instance.closeSync();
}

async function time(store: Store, name: string, query: SeriesQuery): Promise<void> {
  const times: number[] = [];
  let points = 0;
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now();
    const series = await store.series(query);
    times.push(performance.now() - startedAt);
    points = series.reduce((sum, each) => sum + each.points.length, 0);
  }
  times.sort((a, b) => a - b);
  const [min = 0, max = 0] = [times[0], times.at(-1)];
  const median = times[Math.floor(RUNS / 2)] ?? 0;
  console.log(
    `${name.padEnd(58)}${String(points).padStart(9)}${[min, median, max].map((each) => each.toFixed(0).padStart(9)).join('')}`,
  );
}
