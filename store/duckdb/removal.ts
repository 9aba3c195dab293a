/** Applies retention: removes raw readings and minute sums; keeps hourly sums and identities. */
import type { Kind } from '../../sensors/kind.ts';
import { HOUR_MS } from '../window.ts';
import type { Cache } from './cache.ts';
import type { Database, Writer } from './database.ts';
import { sumDirty } from './rollups.ts';
import { fillRemoved, levelsOf, rawTable } from './schema.ts';

export interface Removal {
  readonly raw?: number;
  readonly minute?: number;
}

/**
 * In one transaction: a late reading comes either before it, and is summed and removed with the others, or after it, and is added to the sums. Bounds
 * lie on whole hours and minutes, so that the raw readings of a window exist completely or not at all.
 */
export async function removeBefore(database: Database, cache: Cache, kind: Kind, removal: Removal): Promise<void> {
  const before = new Map(cache.keptSince);
  let removed = 0;
  try {
    await database.transaction(async (writer) => {
      removed = await removeRaw(writer, cache, kind, removal.raw ?? 0);
      await removeMinutes(writer, cache, kind, removal.minute ?? 0);
    });
  } catch (error) {
    cache.keptSince.clear();
    for (const [table, since] of before) cache.keptSince.set(table, since);
    throw error;
  }
  cache.readings -= removed;
}

/** Returns how many were removed. Readings that are not summed yet stay. */
async function removeRaw(writer: Writer, cache: Cache, kind: Kind, upTo: number): Promise<number> {
  const table = rawTable(kind);
  const summedUpTo = Math.min(...levelsOf(kind).map((level) => cache.rolledUpTo.get(level.table) ?? 0));
  const before = Math.floor(Math.min(upTo, summedUpTo) / HOUR_MS) * HOUR_MS;
  if (before <= keptSince(cache, table)) return 0;
  for (const level of levelsOf(kind)) await sumDirty(writer, kind, level);
  await writer.run(fillRemoved(kind, table, `time < ${before}`));
  const [counts] = await writer.columns(`DELETE FROM ${table} WHERE time < ${before}`);
  await keepSince(writer, cache, table, before);
  return Number(counts?.[0] ?? 0);
}

async function removeMinutes(writer: Writer, cache: Cache, kind: Kind, upTo: number): Promise<void> {
  const minutes = levelsOf(kind).find(({ lengthMs }) => lengthMs < HOUR_MS);
  if (minutes === undefined) return;
  const { table, lengthMs } = minutes;
  const before = Math.floor(Math.min(upTo, cache.rolledUpTo.get(table) ?? 0) / lengthMs) * lengthMs;
  if (before <= keptSince(cache, table)) return;
  await writer.run(`DELETE FROM ${table} WHERE start < ${before}`);
  await writer.run(`DELETE FROM dirty WHERE rollup = '${table}' AND start < ${before}`);
  await keepSince(writer, cache, table, before);
}

/** Updates the cache within the transaction: the next write must see the new bound. */
async function keepSince(writer: Writer, cache: Cache, table: string, before: number): Promise<void> {
  await writer.run(`INSERT OR REPLACE INTO kept VALUES ('${table}', ${before})`);
  cache.keptSince.set(table, before);
}

/** Rows of the table from this time on are kept; older ones were removed. */
export function keptSince(cache: Cache, table: string): number {
  return cache.keptSince.get(table) ?? 0;
}
