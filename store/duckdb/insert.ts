/** Puts new readings into the table of their kind, column by column. */
import type { Kind } from '../../sensors/kind.ts';
import { type JudgedReading, PackedReading } from '../../sensors/packed-reading.ts';
import type { Cache } from './cache.ts';
import type { Cell, ColumnType, Writer } from './database.ts';
import { flagBits, flagColumn, rawTable, valueColumn } from './schema.ts';

/** Stands for "no value": intake accepts finite values only. */
const NOT_A_NUMBER = "'NaN'::DOUBLE";

/**
 * Uses a temporary table with only the columns that have values: most fields of a kind are absent in most batches, and passing an absent value costs
 * more than passing a present one.
 */
export async function insertReadings(
  writer: Writer,
  cache: Cache,
  kind: Kind,
  readings: readonly JudgedReading[],
  table = rawTable(kind),
): Promise<void> {
  if (readings.length === 0) return;
  const known = new Set(cache.columns.get(rawTable(kind)));
  const columns = columnsOf(readings, cache).filter(({ name }) => known.has(name));
  const names = columns.map(({ name }) => name);
  await writer.run(
    `CREATE OR REPLACE TEMP TABLE incoming (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
  );
  await writer.append(
    'incoming',
    columns.map(({ type }) => type),
    columns.map(({ cells }) => cells),
  );
  const cells = columns.map(({ name, absent }) => (absent === undefined ? name : `nullif(${name}, ${absent})`));
  await writer.run(`INSERT INTO ${table} (${names.join(', ')}) SELECT ${cells.join(', ')} FROM incoming`);
}

interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly cells: readonly Cell[];
  /** SQL of the number that stands for "no value". */
  readonly absent?: string;
}

/** Whole numbers are passed as DOUBLE, which is exact up to 2^53 and far cheaper than a bigint. */
function columnsOf(readings: readonly JudgedReading[], cache: Cache): readonly Column[] {
  const flagged = new Set<string>();
  let hasSeq = false;
  let hasAttributes = false;
  for (const { flags, seq, attributes } of readings) {
    for (const field in flags) flagged.add(field);
    hasSeq ||= seq !== undefined;
    hasAttributes ||= attributes !== undefined;
  }
  const columns: Column[] = [
    { name: 'device', type: 'INTEGER', cells: readings.map(({ park, device }) => cache.devices.id(park, device)) },
    { name: 'site', type: 'INTEGER', cells: readings.map(({ park, site }) => cache.sites.id(park, site)) },
    { name: 'time', type: 'DOUBLE', cells: readings.map(({ time }) => time) },
    { name: 'received', type: 'DOUBLE', cells: readings.map(({ receivedAt }) => receivedAt) },
  ];
  if (hasSeq) {
    const cells = readings.map(({ seq }) => (seq === undefined ? Number.NaN : Math.trunc(seq)));
    columns.push({ name: 'seq', type: 'DOUBLE', cells, absent: NOT_A_NUMBER });
  }
  if (hasAttributes) {
    const cells = readings.map(({ attributes }) => (attributes === undefined ? null : JSON.stringify(attributes)));
    columns.push({ name: 'attributes', type: 'VARCHAR', cells });
  }
  for (const [field, cells] of valuesOf(readings))
    columns.push({ name: valueColumn(field), type: 'DOUBLE', cells, absent: NOT_A_NUMBER });
  for (const field of flagged) {
    const cells = readings.map(({ flags }) => flagBits(flags?.[field]) ?? 0);
    columns.push({ name: flagColumn(field), type: 'UTINYINT', cells, absent: '0' });
  }
  return columns;
}

/** The values of each field, NaN where a reading has none. */
function valuesOf(readings: readonly JudgedReading[]): ReadonlyMap<string, readonly number[]> {
  const columns = new Map<string, number[]>();

  function columnOf(field: string): number[] {
    const known = columns.get(field);
    if (known !== undefined) return known;
    const column = new Array<number>(readings.length).fill(Number.NaN);
    columns.set(field, column);
    return column;
  }

  /** Readings of the same fields share the array of their names. */
  let names: readonly string[] | undefined;
  let targets: readonly number[][] = [];
  for (let row = 0; row < readings.length; row++) {
    const reading = readings[row];
    if (reading === undefined) break;
    if (!(reading instanceof PackedReading)) {
      for (const field in reading.values) columnOf(field)[row] = reading.values[field] ?? Number.NaN;
      continue;
    }
    if (reading.names !== names) {
      names = reading.names;
      targets = names.map(columnOf);
    }
    const { numbers } = reading;
    for (let place = 0; place < numbers.length; place++) {
      const column = targets[place];
      if (column !== undefined) column[row] = numbers[place] ?? Number.NaN;
    }
  }
  return columns;
}
