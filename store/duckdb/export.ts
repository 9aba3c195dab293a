/** Raw readings in order of time, in slices of bounded size, so that neither memory nor the waiting time of other queries grows with the answer. */
import { setImmediate } from 'node:timers/promises';
import type { Kind } from '../../sensors/kind.ts';
import type { Reading } from '../../sensors/reading.ts';
import type { SeriesQuery } from '../store.ts';
import { DAY_MS } from '../window.ts';
import type { Cache } from './cache.ts';
import type { Database } from './database.ts';
import { flagColumn, flagsOf, goodValue, rawTable, valueColumn } from './schema.ts';
import { type Selection, selected } from './series.ts';

/** Rows read at a time, give or take those of one minute: about 10 MB, and some tens of milliseconds of a connection. */
const SLICE_ROWS = 32_768;
const MINUTE_MS = 60_000;

export interface ExportQuery extends Pick<SeriesQuery, 'fields' | 'from' | 'to' | 'quality' | 'signal'> {
  readonly kind: Kind;
  readonly selection: Selection;
  readonly sliceRows?: number;
}

/** Each slice is a query of its own, and the connection is free in between: a slow client delays nobody. */
export async function* exportReadings(database: Database, cache: Cache, query: ExportQuery): AsyncGenerator<Reading> {
  const { kind, fields, selection, quality, signal } = query;
  const values = fields.map((field) => (quality === 'good' ? goodValue(field) : valueColumn(field)));
  const columns = fields.flatMap((field, index) => [values[index], flagColumn(field)]);
  const anyValue = values.map((value) => `(${value}) IS NOT NULL`).join(' OR ');
  const sql = `SELECT device, site, time::DOUBLE, received::DOUBLE, seq::DOUBLE, attributes, ${columns.join(', ')} FROM ${rawTable(kind)}
    WHERE time >= $1 AND time < $2 AND (${anyValue}) ${selected(selection)} ORDER BY time, device`;
  for await (const [from, to] of slices(database, query)) {
    const chunks = await database.read(async (reader) => {
      const read: (readonly (readonly unknown[])[])[] = [];
      for await (const chunk of reader.stream(sql, [from, to])) read.push(chunk);
      return read;
    }, signal);
    for (const chunk of chunks) {
      for (let row = 0; row < (chunk[0]?.length ?? 0); row++) yield toReading(chunk, row, fields, kind.name, cache);
      // A fast reader, such as a file, must not block the event loop.
      await setImmediate();
    }
  }
}

/** Splits the range into parts of so many readings; a period without readings costs nothing. */
async function* slices(database: Database, query: ExportQuery): AsyncGenerator<readonly [from: number, to: number]> {
  const { sliceRows = SLICE_ROWS } = query;
  for (const day of grouped(await countsPer(database, query, DAY_MS, query.from, query.to), DAY_MS, sliceRows)) {
    const [from, to] = [Math.max(day.from, query.from), Math.min(day.to, query.to)];
    if (day.rows <= sliceRows) yield [from, to];
    else
      for (const part of grouped(await countsPer(database, query, MINUTE_MS, from, to), MINUTE_MS, sliceRows))
        yield [Math.max(part.from, from), Math.min(part.to, to)];
  }
}

interface Stretch {
  readonly from: number;
  to: number;
  rows: number;
}

/** Merges neighbours that together fit into a slice. */
function* grouped(
  counts: readonly (readonly [start: number, rows: number])[],
  lengthMs: number,
  sliceRows: number,
): Generator<Stretch> {
  let current: Stretch | undefined;
  for (const [start, rows] of counts) {
    if (current !== undefined && current.rows + rows <= sliceRows) {
      current.to = start + lengthMs;
      current.rows += rows;
      continue;
    }
    if (current !== undefined) yield current;
    current = { from: start, to: start + lengthMs, rows };
  }
  if (current !== undefined) yield current;
}

async function countsPer(
  database: Database,
  { kind, selection, signal }: ExportQuery,
  lengthMs: number,
  from: number,
  to: number,
): Promise<readonly (readonly [start: number, rows: number])[]> {
  const sql = `SELECT ((time // ${lengthMs}) * ${lengthMs})::DOUBLE AS start, count(*)::DOUBLE FROM ${rawTable(kind)}
    WHERE time >= $1 AND time < $2 ${selected(selection)} GROUP BY start ORDER BY start`;
  const [starts = [], counts = []] = await database.read((reader) => reader.columns(sql, [from, to]), signal);
  return starts.map((start, index) => [Number(start), Number(counts[index])]);
}

function toReading(
  [devices, sites, times, received, seqs, attributes, ...columns]: readonly (readonly unknown[])[],
  row: number,
  fields: readonly string[],
  kind: string,
  cache: Cache,
): Reading {
  const { park, name: device } = cache.devices.name(Number(devices?.[row]));
  const { name: site } = cache.sites.name(Number(sites?.[row]));
  const values: Record<string, number> = {};
  let flags: Record<string, ReturnType<typeof flagsOf>> | undefined;
  for (const [index, field] of fields.entries()) {
    const value = columns[index * 2]?.[row];
    if (value === null || value === undefined) continue;
    values[field] = Number(value);
    const fieldFlags = flagsOf(columns[index * 2 + 1]?.[row]);
    if (fieldFlags.length > 0) {
      flags ??= {};
      flags[field] = fieldFlags;
    }
  }
  const seq = seqs?.[row] as number | null | undefined;
  const texts = attributes?.[row] as string | null | undefined;
  return {
    ...{ park, site, device, kind, time: Number(times?.[row]), receivedAt: Number(received?.[row]) },
    ...(seq != null && { seq }),
    values,
    ...(flags && { flags }),
    ...(texts != null && { attributes: JSON.parse(texts) as Record<string, string> }),
  };
}
