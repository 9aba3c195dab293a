/** The ingest bench on NATS and InfluxDB: PUBACK rates, sustained rate into InfluxDB with a flat backlog, and CPU by process. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reservePort } from '../cli/managed-process.ts';
import { startInflux, startNats } from '../cli/stack.ts';
import { apiOf, comparePoints, measure, POINTS, print, printPointHeads, type Server, startServer } from './ingest.ts';

const LOG_BYTES = 4 * 1024 ** 3;
/** Clock ticks a second of /proc. */
const TICKS = 100;
const CONNECTIONS = 100;

interface Ledger {
  readonly ledger: readonly { readonly stored: number; readonly pending: number }[];
}

export async function benchStack({ seconds }: { readonly seconds: number }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-bench-stack-'));
  const nats = await startNats(folder, await reservePort(0), 'bench', LOG_BYTES);
  const influx = await startInflux(folder, await reservePort(0), 'bench');
  const durable = await startServer('durable', 500, { DAOYU_BUS_URL: nats.url, DAOYU_STORE_URL: influx.url });
  try {
    printPointHeads();
    await comparePoints(durable, POINTS, [], seconds);
    await untilStored(durable);
    const pids = { daoyu: durable.child.pid, nats: nats.server.pid, influxd: influx.server.pid };
    console.log(`\ninto InfluxDB, ${CONNECTIONS} connections:`);
    print([
      'readings/msg',
      'offered/s',
      'stored/s',
      'pending at ½',
      'pending at end',
      ...Object.keys(pids),
      'of 1 core',
    ]);
    for (const readingsPerMessage of [1, 100]) {
      const fastest = await endToEnd(durable, { readingsPerMessage, seconds });
      // Below what got through at full speed, so that a backlog that grows is not the bench's own doing.
      for (const share of [0.5, 0.8]) {
        const rate = Math.round((fastest * share) / readingsPerMessage);
        const before = cpuOf(pids);
        const flat = await sustained(durable, { readingsPerMessage, seconds: 2 * seconds, rate });
        const used = cpuOf(pids).map((ticks, index) => (ticks - (before[index] ?? 0)) / TICKS / flat.seconds);
        const cells = [readingsPerMessage, rate * readingsPerMessage, flat.stored.toFixed(0), flat.half, flat.end];
        print([...cells, ...used.map((share) => `${(100 * share).toFixed(0)} %`)]);
      }
    }
  } finally {
    await durable.stop();
    await influx.server.close();
    await nats.server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Job {
  readonly readingsPerMessage: number;
  readonly seconds: number;
}

/** Readings a second from the first publish until the last is stored, at full speed. */
async function endToEnd(server: Server, { readingsPerMessage, seconds }: Job): Promise<number> {
  const before = await totals(server);
  const startedAt = performance.now();
  await measure(server, { connections: CONNECTIONS, seconds, window: 10, readingsPerMessage });
  const { stored } = await untilStored(server);
  return ((stored - before.stored) / (performance.now() - startedAt)) * 1000;
}

async function sustained(server: Server, job: Job & { readonly rate: number }) {
  const before = await totals(server);
  const startedAt = performance.now();
  const load = measure(server, { connections: CONNECTIONS, window: 10, ...job });
  await new Promise((resolve) => setTimeout(resolve, (job.seconds * 1000) / 2));
  const half = await totals(server);
  await load;
  const end = await totals(server);
  const seconds = (performance.now() - startedAt) / 1000;
  await untilStored(server);
  return { half: half.pending, end: end.pending, stored: (end.stored - before.stored) / seconds, seconds };
}

async function totals(server: Server) {
  const { ledger } = await apiOf(server).get<Ledger>('/api/v1/ledger');
  return {
    stored: ledger.reduce((sum, row) => sum + row.stored, 0),
    pending: ledger.reduce((sum, row) => sum + row.pending, 0),
  };
}

async function untilStored(server: Server) {
  for (;;) {
    const now = await totals(server);
    if (now.pending === 0) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** User and system time of each process, in ticks. */
function cpuOf(pids: Readonly<Record<string, number | undefined>>): number[] {
  return Object.values(pids).map((pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
}
