/** What the platform costs when little comes: CPU by thread with some devices connected, silent and at their usual pace. */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { between, cpuOf, sumOf } from './cpu.ts';
import { measure, print, type Server, startServer } from './ingest.ts';

export interface IdleOptions {
  readonly devices: number;
  readonly seconds: number;
  /** A CPU profile of the main thread for each line goes there. */
  readonly profiles?: string | undefined;
}

const EVERY_SECONDS = 30;
/** What the start leaves to do is done by then. */
const SETTLE_MS = 6000;

export async function benchIdle({ devices, seconds, profiles }: IdleOptions): Promise<void> {
  const server = await startServer('durable', devices);
  try {
    print(['% of a core', 'all', 'main', 'V8', 'pool', 'store', 'RSS MB'], 40);
    await measure(server, { connections: devices, seconds: 2, window: 1, rate: devices });
    for (const rate of [0, devices / EVERY_SECONDS]) {
      await wait(SETTLE_MS);
      await printLine(server, { devices, seconds, profiles, rate });
    }
  } finally {
    await server.stop();
  }
}

async function printLine(
  server: Server,
  { devices, seconds, profiles, rate }: IdleOptions & { readonly rate: number },
): Promise<void> {
  const { child } = server;
  if (profiles !== undefined) await asked(child, {});
  const { before } = await measure(server, { connections: devices, seconds, window: 1, rate });
  const each = between(before, cpuOf(child.pid ?? 0), seconds * 10_000);
  const to = profiles && join(profiles, `idle-${rate.toFixed(1)}.cpuprofile`);
  if (to !== undefined) await asked(child, { to });
  const { rss } = await server.usage();
  const name = rate === 0 ? `${devices} devices, silent` : `${devices} devices, a reading each ${EVERY_SECONDS} s`;
  const shares = [sumOf(each), each.main, each.v8, each.pool, each.store].map((share) => share.toFixed(2));
  print([name, ...shares, (rss / 1e6).toFixed(0)], 40);
}

async function asked(child: Server['child'], request: { readonly to?: string }): Promise<void> {
  child.send(request);
  await once(child, 'message');
}
