/** Bytes of disk that a reading costs in the log and in the store, as the files stand after a run. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { measure, print, startServer } from './ingest.ts';

const RUNS = [
  { messagesPerSecond: 1000, readingsPerMessage: 1 },
  { messagesPerSecond: 100, readingsPerMessage: 20 },
  { messagesPerSecond: 100, readingsPerMessage: 1 },
] as const;
/** At 100 messages a second fewer readings must do. */
const LONGEST_SECONDS = 300;
const DEVICES = 100;
/** By then the log has been tended once more. */
const SETTLE_MS = 12_000;

export async function benchFootprint({ readings }: { readonly readings: number }): Promise<void> {
  print([
    'messages/s',
    'readings each',
    'readings',
    'log B/reading',
    'store B/reading',
    'CPU µs/message',
    'p50 ms',
    'p99 ms',
  ]);
  for (const { messagesPerSecond: rate, readingsPerMessage } of RUNS) {
    const server = await startServer('durable', DEVICES);
    try {
      const before = sizes(server.folder);
      const seconds = Math.min(LONGEST_SECONDS, Math.ceil(readings / readingsPerMessage / rate));
      const result = await measure(server, { connections: DEVICES, seconds, window: 100, rate, readingsPerMessage });
      await wait(SETTLE_MS);
      const after = sizes(server.folder);
      const count = result.messages * readingsPerMessage;
      const each = (bytes: number) => (bytes / count).toFixed(0);
      print([
        ...[rate, readingsPerMessage, count, each(after.log - before.log), each(after.store - before.store)],
        ...[result.cpuUs.toFixed(0), result.p50.toFixed(1), result.p99.toFixed(1)],
      ]);
    } finally {
      await server.stop();
    }
  }
}

function sizes(folder: string) {
  return { log: sizeOf(join(folder, 'bus')), store: sizeOf(join(folder, 'store')) };
}

function sizeOf(path: string): number {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
