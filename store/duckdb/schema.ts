/** The tables of the embedded store, as SQL. One wide table per kind; the writer, not an index that would fill memory, keeps (device, time) unique. */
import { DOUBTS, FLAGS, type Flag } from '../../sensors/flag.ts';
import type { Kind } from '../../sensors/kind.ts';
import { HOUR_MS } from '../window.ts';

/** A rollup: sums for windows of this length. */
export interface Level {
  readonly table: string;
  readonly lengthMs: number;
}

export const SHARED_TABLES = `
CREATE TABLE IF NOT EXISTS meta (name VARCHAR PRIMARY KEY, value BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS devices (id INTEGER PRIMARY KEY, park VARCHAR NOT NULL, device VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS sites (id INTEGER PRIMARY KEY, park VARCHAR NOT NULL, site VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (name VARCHAR PRIMARY KEY, counts VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS latest (name VARCHAR PRIMARY KEY, state VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS rolled (rollup VARCHAR PRIMARY KEY, upto BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS dirty (rollup VARCHAR NOT NULL, device INTEGER NOT NULL, start BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger_changes (ordinal BIGINT NOT NULL, name VARCHAR NOT NULL, counts VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS latest_changes (ordinal BIGINT NOT NULL, name VARCHAR NOT NULL, state VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS meta_changes (ordinal BIGINT NOT NULL, name VARCHAR NOT NULL, value BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS kept (name VARCHAR PRIMARY KEY, since BIGINT NOT NULL);
`;

export const rawTable = (kind: Kind) => `readings_${kind.name}`;
export const valueColumn = (field: string) => `f_${field}`;
export const flagColumn = (field: string) => `q_${field}`;

/** Columns before those of the fields. */
export const RAW_COLUMNS = [
  'device INTEGER',
  'site INTEGER',
  'time BIGINT',
  'received BIGINT',
  'seq BIGINT',
  'attributes VARCHAR',
] as const;

/** Name and type of every column a kind's table must have; a kind may gain fields later. */
export function rawColumns(kind: Kind): readonly string[] {
  return [
    ...RAW_COLUMNS,
    ...kind.fields.flatMap(({ name }) => [`${valueColumn(name)} DOUBLE`, `${flagColumn(name)} UTINYINT`]),
  ];
}

/** Hours for every kind; minutes only for kinds that report faster, since otherwise a minute holds one reading and saves nothing. */
export function levelsOf(kind: Kind): readonly Level[] {
  const hour = { table: `rollup_1h_${kind.name}`, lengthMs: HOUR_MS };
  return kind.intervalMs < 60_000 ? [hour, { table: `rollup_1m_${kind.name}`, lengthMs: 60_000 }] : [hour];
}

/**
 * The columns for a field's good values in a window; `q` holds the flags of all values. `t0` and `t1` are the ms from the window's start to its first and last
 * value: a late reading adds a second row of the same window, and the rows together must show which value was first.
 */
export const SUMS = {
  n: 'UINTEGER',
  s: 'DOUBLE',
  lo: 'DOUBLE',
  hi: 'DOUBLE',
  first: 'DOUBLE',
  last: 'DOUBLE',
  q: 'UTINYINT',
  t0: 'UINTEGER',
  t1: 'UINTEGER',
} as const;

/** The same for its doubtful values; null if there are none. */
export const DOUBTED_SUMS = {
  dn: 'UINTEGER',
  ds: 'DOUBLE',
  dlo: 'DOUBLE',
  dhi: 'DOUBLE',
  dfirst: 'DOUBLE',
  dlast: 'DOUBLE',
  dt0: 'UINTEGER',
  dt1: 'UINTEGER',
} as const;

const ALL_SUMS = { ...SUMS, ...DOUBTED_SUMS };

export function rollupColumns(kind: Kind): readonly string[] {
  return [
    'device INTEGER',
    'site INTEGER',
    'start BIGINT',
    ...kind.fields.flatMap(({ name }) => Object.entries(ALL_SUMS).map(([sum, type]) => `${name}_${sum} ${type}`)),
  ];
}

/** Identities of removed raw readings, to tell a resend from a late reading. */
export const removedTable = (kind: Kind) => `removed_${kind.name}`;
export const heldColumn = (field: string) => `h_${field}`;

export function removedColumns(kind: Kind): readonly string[] {
  return ['device INTEGER', 'time BIGINT', ...kind.fields.map(({ name }) => `${heldColumn(name)} BOOLEAN`)];
}

/** Records the identities of the readings in `source` that match the condition. */
export function fillRemoved(kind: Kind, source: string, condition: string): string {
  const held = kind.fields.map(({ name }) => heldColumn(name));
  const isHeld = kind.fields.map(({ name }) => `nullif(${valueColumn(name)} IS NOT NULL, false)`);
  return `INSERT INTO ${removedTable(kind)} (device, time, ${held.join(', ')})
    SELECT device, time, ${isHeld.join(', ')} FROM ${source} WHERE ${condition}`;
}

/** Sums the readings in `source` that match the condition into the rollup, one row per device, site and window. */
export function fillRollup(kind: Kind, level: Level, source: string, condition: string): string {
  const columns = kind.fields.flatMap(({ name }) => Object.keys(ALL_SUMS).map((sum) => `${name}_${sum}`));
  const sums = kind.fields.flatMap(({ name }) => {
    const [value, good, doubted] = [valueColumn(name), goodValue(name), doubtedValue(name)];
    const sumsOf = (of: string) => [
      `sum(${of})`,
      `min(${of})`,
      `max(${of})`,
      `arg_min(${of}, time)`,
      `arg_max(${of}, time)`,
    ];
    const timesOf = (of: string) =>
      ['min', 'max'].map((edge) => `${edge}(CASE WHEN ${of} IS NULL THEN NULL ELSE time % ${level.lengthMs} END)`);
    return [
      ...[`count(${good})`, ...sumsOf(good)],
      `bit_or(CASE WHEN ${value} IS NULL THEN NULL ELSE ${flagColumn(name)} END)`,
      ...timesOf(good),
      ...[`nullif(count(${doubted}), 0)`, ...sumsOf(doubted), ...timesOf(doubted)],
    ];
  });
  const start = `(time // ${level.lengthMs}) * ${level.lengthMs}`;
  return `INSERT INTO ${level.table} (device, site, start, ${columns.join(', ')})
    SELECT device, site, ${start}, ${sums.join(', ')} FROM ${source} WHERE ${condition} GROUP BY ALL`;
}

const FLAG_NAMES = Object.keys(FLAGS) as readonly Flag[];

/** Flags as bits in the order of their definition; null when there are none. New flags go to the end of that table. */
export function flagBits(flags: readonly Flag[] | undefined): number | null {
  if (flags === undefined || flags.length === 0) return null;
  return flags.reduce((bits, flag) => bits | (1 << FLAG_NAMES.indexOf(flag)), 0);
}

const DOUBT_BITS = flagBits(DOUBTS) ?? 0;

/** SQL: whether a cell of flags marks a doubtful value. */
export const hasDoubt = (flags: string) => `(coalesce(${flags}, 0) & ${DOUBT_BITS}) <> 0`;
/** SQL of a field's value where it is good, else null; and the other way round. */
export const goodValue = (field: string) =>
  `CASE WHEN ${hasDoubt(flagColumn(field))} THEN NULL ELSE ${valueColumn(field)} END`;
export const doubtedValue = (field: string) =>
  `CASE WHEN ${hasDoubt(flagColumn(field))} THEN ${valueColumn(field)} END`;

export function flagsOf(bits: unknown): readonly Flag[] {
  const number = Number(bits ?? 0);
  return number === 0 ? [] : FLAG_NAMES.filter((_, index) => number & (1 << index));
}
