import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** When a file or anything in a folder was changed last, in epoch milliseconds, removals included; 0 where there is nothing. */
export function newestIn(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  const inside = readdirSync(path).map((name) => newestIn(join(path, name)));
  return Math.max(stats.mtimeMs, ...inside);
}
