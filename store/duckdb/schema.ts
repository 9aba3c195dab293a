/** The tables of the embedded store, as SQL text. One wide table a kind; identity (device, time) is kept by the writer, not by an index that would fill memory. */
import { FLAGS, type Flag } from '../../sensors/flag.ts';
import type { Kind } from '../../sensors/kind.ts';
import { HOUR_MS } from '../window.ts';

/** Sums kept for windows of this length. */
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

/** Hours for every kind; minutes only for kinds that report faster, since elsewhere a minute holds one reading and saves nothing. */
export function levelsOf(kind: Kind): readonly Level[] {
  const hour = { table: `rollup_1h_${kind.name}`, lengthMs: HOUR_MS };
  return kind.intervalMs < 60_000 ? [hour, { table: `rollup_1m_${kind.name}`, lengthMs: 60_000 }] : [hour];
}

const SUMS = ['n UINTEGER', 's DOUBLE', 'lo DOUBLE', 'hi DOUBLE', 'first DOUBLE', 'last DOUBLE', 'q UTINYINT'];

export function rollupColumns(kind: Kind): readonly string[] {
  return [
    'device INTEGER',
    'site INTEGER',
    'start BIGINT',
    ...kind.fields.flatMap(({ name }) => SUMS.map((column) => `${name}_${column}`)),
  ];
}

/** Sums the raw readings that the condition names into the rollup, one row a device, site and window. */
export function fillRollup(kind: Kind, level: Level, condition: string): string {
  const columns = kind.fields.flatMap(({ name }) =>
    ['n', 's', 'lo', 'hi', 'first', 'last', 'q'].map((column) => `${name}_${column}`),
  );
  const sums = kind.fields.flatMap(({ name }) => {
    const value = valueColumn(name);
    return [
      `count(${value})`,
      `sum(${value})`,
      `min(${value})`,
      `max(${value})`,
      `arg_min(${value}, time)`,
      `arg_max(${value}, time)`,
      `bit_or(CASE WHEN ${value} IS NULL THEN NULL ELSE ${flagColumn(name)} END)`,
    ];
  });
  const start = `(time // ${level.lengthMs}) * ${level.lengthMs}`;
  return `INSERT INTO ${level.table} (device, site, start, ${columns.join(', ')})
    SELECT device, site, ${start}, ${sums.join(', ')} FROM ${rawTable(kind)} r WHERE ${condition} GROUP BY ALL`;
}

const FLAG_NAMES = Object.keys(FLAGS) as readonly Flag[];

/** Flags as bits in the order of their definition; null when there are none. New flags go to the end of that table. */
export function flagBits(flags: readonly Flag[] | undefined): number | null {
  if (flags === undefined || flags.length === 0) return null;
  return flags.reduce((bits, flag) => bits | (1 << FLAG_NAMES.indexOf(flag)), 0);
}

export function flagsOf(bits: unknown): readonly Flag[] {
  const number = Number(bits ?? 0);
  return number === 0 ? [] : FLAG_NAMES.filter((_, index) => number & (1 << index));
}
