/** What a synced write costs on the disk of the bench, for reading latencies beside. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const TIMES = 100;

/** Milliseconds of writing 4 KB and syncing them. */
export function measureFsync(folder: string): { readonly p50: number; readonly p99: number } {
  const file = join(folder, 'fsync');
  const handle = openSync(file, 'w');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: TIMES }, (_, index) => {
    const startedAt = performance.now();
    writeSync(handle, page, 0, page.length, index * page.length);
    fdatasyncSync(handle);
    return performance.now() - startedAt;
  });
  closeSync(handle);
  rmSync(file);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(TIMES * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
