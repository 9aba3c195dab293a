/** Memory and rate of an export of a large store, format by format: the rows are read to the end and thrown away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { arrowOf } from '../exports/arrow.ts';
import { csvOf } from '../exports/csv.ts';
import { parquetOf } from '../exports/parquet.ts';
import { surroundingsOf } from '../exports/surroundings.ts';
import { exportTable } from '../exports/table.ts';
import { loadKinds } from '../sensors/kinds.ts';
import { openDuckDbStore } from '../store/duckdb/duckdb.ts';
import { END, fill } from './query.ts';

const DAY_MS = 86_400_000;
const FIELDS = ['dissolved_oxygen', 'water_temperature', 'ph', 'turbidity'];
const DEVICES = 50;

export async function benchExports({
  readings,
  formats,
}: {
  readonly readings: number;
  readonly formats: readonly string[];
}) {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-bench-export-'));
  try {
    const kinds = await loadKinds();
    const open = () => openDuckDbStore({ folder, kinds, rollupEveryMs: 0, clock: () => END + 3_600_000 });
    await (await open()).close();
    const perDevice = Math.ceil(readings / DEVICES);
    await fill(join(folder, 'readings.duckdb'), DEVICES, perDevice, Math.floor((35 * DAY_MS) / perDevice));
    const store = await open();
    const kind = kinds.get('aquaculture_pond');
    if (kind === undefined) throw new Error('there is no kind for ponds');
    const request = {
      ...{ kind, from: END - 36 * DAY_MS, to: END + 1, corrections: [], extras: [] },
      ...({ shape: 'wide', quality: 'all' } as const),
      fields: kind.fields.filter(({ name }) => FIELDS.includes(name)),
      devices: Array.from({ length: DEVICES }, (_, index) => ({ park: 'daoyu', device: `d-${index + 1}` })),
    } as const;
    const table = exportTable(store, request, surroundingsOf([], []));
    const streams: Readonly<Record<string, () => AsyncIterable<string | Uint8Array>>> = {
      csv: () => csvOf(table, { time: 'iso', bom: false }),
      parquet: () => parquetOf(table, {}),
      arrow: () => arrowOf(table, {}),
    };
    for (const format of formats) {
      const stream = streams[format];
      if (stream === undefined) throw new Error(`no format ${format}`);
      await drained(format, stream(), DEVICES * perDevice);
    }
    await store.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function drained(format: string, pieces: AsyncIterable<string | Uint8Array>, rows: number): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let [most, bytes, longest] = [before, 0, 0];
  const startedAt = performance.now();
  let at = startedAt;
  // The longest that anything else had to wait.
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - at - 5);
    at = now;
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  const report = setInterval(() => {
    process.stderr.write(
      `  ${format} ${(bytes / 1e6).toFixed(0)} MB, RSS +${((most - before) / 1e6).toFixed(0)} MB   \r`,
    );
  }, 2000);
  for await (const piece of pieces) {
    bytes += piece.length;
    await setImmediate();
  }
  clearInterval(timer);
  clearInterval(report);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `${format.padEnd(8)} ${rows.toLocaleString('en')} rows in ${seconds.toFixed(0)} s, ${Math.round(rows / seconds).toLocaleString('en')} rows/s, ${(bytes / 1e6).toFixed(0)} MB; RSS ${(before / 1e6).toFixed(0)} + ${((most - before) / 1e6).toFixed(0)} MB; the event loop stood still for ${longest.toFixed(0)} ms at most`,
  );
}
