/** Migrates a file of an earlier version. */
import { DaoyuError } from '../../base/errors.ts';
import type { Kind } from '../../sensors/kind.ts';
import { HOUR_MS } from '../window.ts';
import type { Writer } from './database.ts';
import { fillRemoved, hasDoubt, levelsOf, rawTable, valueColumn } from './schema.ts';

/**
 * 2: the bounds of what was removed, identities of removed readings, times of a window's first and last value.
 * 3: sums of good and of doubted values apart.
 */
const SCHEMA = 3;

/** Rejects with `STORE_NEWER` before it changes a newer version's file. `meta` exists already. */
export async function checkVersion(writer: Writer): Promise<number> {
  const [versions] = await writer.columns("SELECT value FROM meta WHERE name = 'schema'");
  const version = Number(versions?.[0] ?? 1);
  if (version <= SCHEMA) return version;
  throw new DaoyuError(
    'STORE_NEWER',
    `the store was written by a newer daoyu (schema ${version}; this one reads up to ${SCHEMA}): start that version, or restore a backup made before the upgrade. Nothing was changed; devices are served, and readings wait in the log`,
  );
}

/** Call once the tables have all their columns. */
export async function migrate(writer: Writer, kinds: ReadonlyMap<string, Kind>): Promise<void> {
  const version = await checkVersion(writer);
  if (version < 2) for (const kind of kinds.values()) await toTwo(writer, kind);
  if (version < 3) for (const kind of kinds.values()) await toThree(writer, kind);
  if (version !== SCHEMA) await writer.run(`INSERT OR REPLACE INTO meta VALUES ('schema', ${SCHEMA})`);
}

/**
 * Version 1 removed raw readings up to an arbitrary instant without recording it. An hour whose sum counts more values than there are raw ones was
 * removed, at least in part: it and all earlier hours keep their sums, and late readings are only added.
 */
async function toTwo(writer: Writer, kind: Kind): Promise<void> {
  for (const { table, lengthMs } of levelsOf(kind)) {
    // The times within a window are unknown: the first summed value counts as the earliest, the last as the latest.
    const sets = kind.fields.map(({ name }) => `${name}_t0 = 0, ${name}_t1 = ${lengthMs - 1}`);
    await writer.run(`UPDATE ${table} SET ${sets.join(', ')}`);
  }
  const [hours] = levelsOf(kind);
  if (hours === undefined) return;
  const values = kind.fields.map(({ name }) => `(${valueColumn(name)} IS NOT NULL)::INTEGER`).join(' + ');
  const summed = kind.fields.map(({ name }) => `coalesce(${name}_n, 0)::BIGINT`).join(' + ');
  const [ends] = await writer.columns(`
    WITH raw AS (SELECT device, site, (time // ${HOUR_MS}) * ${HOUR_MS} AS start, sum(${values}) AS held FROM ${rawTable(kind)} GROUP BY ALL)
    SELECT max(start) + ${HOUR_MS} FROM ${hours.table} LEFT JOIN raw USING (device, site, start) WHERE ${summed} > coalesce(held, 0)`);
  const before = Number(ends?.[0] ?? 0);
  if (before === 0) return;
  await writer.run(fillRemoved(kind, rawTable(kind), `time < ${before}`));
  await writer.run(`DELETE FROM ${rawTable(kind)} WHERE time < ${before}`);
  await writer.run(`INSERT OR REPLACE INTO kept VALUES ('${rawTable(kind)}', ${before})`);
  for (const { table } of levelsOf(kind))
    await writer.run(`DELETE FROM dirty WHERE rollup = '${table}' AND start < ${before}`);
}

/**
 * Version 2 summed good and doubtful values together. Windows with doubtful values are marked, so that queries use their raw readings at once and the
 * next round sums them again. If these were removed, the sums stay as they are, and the flags of the window show the doubt.
 */
async function toThree(writer: Writer, kind: Kind): Promise<void> {
  const [since] = await writer.columns(`SELECT since FROM kept WHERE name = '${rawTable(kind)}'`);
  const metDoubt = kind.fields.map(({ name }) => hasDoubt(`${name}_q`)).join(' OR ');
  for (const { table } of levelsOf(kind))
    await writer.run(
      `INSERT INTO dirty SELECT DISTINCT '${table}', device, start FROM ${table} WHERE start >= ${Number(since?.[0] ?? 0)} AND (${metDoubt})`,
    );
}
