/** Late readings of a time whose raw readings were removed: they are added to the sums of their windows, which cannot be recomputed. */
import type { JudgedReading } from '../../sensors/packed-reading.ts';
import type { Cache } from './cache.ts';
import type { Writer } from './database.ts';
import { insertReadings } from './insert.ts';
import type { Plan } from './plan.ts';
import { keptSince } from './removal.ts';
import { fillRemoved, fillRollup, levelsOf, rawTable } from './schema.ts';

/** Writes a second row for the same device, site and window: queries add up the rows of a window. */
export async function addLate(writer: Writer, cache: Cache, { kind, inserts, additions }: Plan): Promise<void> {
  const late: readonly JudgedReading[] = [...inserts, ...additions];
  if (late.length === 0) return;
  const table = `late_${kind.name}`;
  await writer.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT * FROM ${rawTable(kind)} LIMIT 0`);
  await insertReadings(writer, cache, kind, late, table);
  for (const level of levelsOf(kind))
    await writer.run(fillRollup(kind, level, table, `time >= ${keptSince(cache, level.table)}`));
  await writer.run(fillRemoved(kind, table, 'true'));
}
