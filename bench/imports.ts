/** What an import of many rows takes: the first time, and once more when all of it is there. */
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sendFile } from '../cli/platform-api.ts';
import type { ImportReport } from '../imports/report.ts';
import { apiOf, type Server, startServer, targetOf } from './ingest.ts';

const MINUTE = 60_000;
const END = Date.parse('2026-11-01T00:00:00+08:00');

export async function benchImports({
  rows,
  profiles,
}: {
  readonly rows: number;
  readonly profiles?: string | undefined;
}) {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-bench-import-'));
  const server = await startServer('durable', 1);
  try {
    const file = join(folder, 'pond.csv');
    await pipeline(Readable.from(tableOf(rows)), createWriteStream(file));
    const megabytes = (statSync(file).size / 1e6).toFixed(0);
    console.log(`${rows.toLocaleString('en')} rows of 3 values, ${megabytes} MB of CSV\n`);
    for (const name of ['first', 'again']) {
      if (profiles !== undefined) await profiled(server, {});
      const { cpuUs: before } = await server.usage();
      const { seconds, report } = await importOnce(server, file);
      if (profiles !== undefined) await profiled(server, { to: join(profiles, `import-${name}.cpuprofile`) });
      const { rss, cpuUs } = await server.usage();
      const { new: fresh, duplicate, refused } = report.counts;
      console.log(
        `${name.padEnd(8)}${seconds.toFixed(1).padStart(7)} s ${Math.round(rows / seconds)
          .toLocaleString('en')
          .padStart(
            9,
          )} rows/s   ${fresh} new, ${duplicate} there already, ${refused} refused   ${((cpuUs - before) / rows).toFixed(0)} µs of CPU a row   RSS ${Math.round(rss / 1e6)} MB`,
      );
    }
    const { ledger } = await apiOf(server).get<{
      ledger: { device: string; received: number; stored: number; pending: number }[];
    }>('/api/v1/ledger');
    console.log(JSON.stringify(ledger.filter(({ device }) => device === 'bench-0')));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function profiled(server: Server, request: { readonly to?: string }): Promise<void> {
  const done = new Promise((resolve) => server.child.once('message', resolve));
  server.child.send(request);
  await done;
}

async function importOnce(
  server: Server,
  file: string,
): Promise<{ readonly seconds: number; readonly report: ImportReport }> {
  const startedAt = performance.now();
  const query = new URLSearchParams({ park: 'daoyu', device: 'bench-0' });
  const lines = sendFile(targetOf(server), `/api/v1/import?${query}`, createReadStream(file), statSync(file).size);
  let report: ImportReport | undefined;
  for await (const { is, ...rest } of lines) {
    if (is === 'progress') {
      const { rows, of, phase } = rest as unknown as { rows: number; of: number; phase: string };
      process.stderr.write(`  ${phase} ${rows}/${of}   \r`);
    }
    if (is === 'problem') throw new Error(JSON.stringify(rest));
    if (is === 'result') report = rest as unknown as ImportReport;
  }
  if (report === undefined) throw new Error('the platform broke off');
  return { seconds: (performance.now() - startedAt) / 1000, report };
}

/** One reading a minute, as Excel writes them in China. */
function* tableOf(rows: number): Generator<string> {
  yield '\ufeff时间,溶解氧(mg/L),水温(℃),pH\r\n';
  let text = '';
  for (let row = 0; row < rows; row++) {
    const at = new Date(END - (rows - row) * MINUTE + 8 * 3_600_000).toISOString();
    const phase = row / 229;
    const oxygen = (7 + 3 * Math.sin(phase) + ((row * 7919) % 11) / 100).toFixed(2);
    const warm = (24 + 3 * Math.sin(phase) + ((row * 31) % 7) / 100).toFixed(2);
    const ph = (8 + 0.4 * Math.sin(phase + 1) + ((row * 17) % 5) / 100).toFixed(2);
    text += `${at.slice(0, 10).replaceAll('-', '/')} ${at.slice(11, 16)},${oxygen},${warm},${ph}\r\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}
