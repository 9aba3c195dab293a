/** The effect of a batch on the readings of one kind: new rows, fields added to existing rows, duplicates. */
import { latestKey } from '../../base/keys.ts';
import type { Kind } from '../../sensors/kind.ts';
import { type JudgedReading, unpacked } from '../../sensors/packed-reading.ts';
import type { Reading } from '../../sensors/reading.ts';
import { furthestOf } from '../latest.ts';
import { additionOf, contradicted, merge } from '../merge.ts';
import { ByReading } from './by-reading.ts';
import type { Cache } from './cache.ts';
import type { Writer } from './database.ts';
import { keptSince } from './removal.ts';
import { heldColumn, rawTable, removedTable, valueColumn } from './schema.ts';

export interface Plan {
  readonly kind: Kind;
  readonly inserts: readonly JudgedReading[];
  /** Fields to add to stored rows. */
  readonly additions: readonly Reading[];
}

/** Calls `count` for every reading in order, with the stored values that it contradicts. */
export async function planFor(
  writer: Writer,
  cache: Cache,
  kind: Kind,
  readings: readonly JudgedReading[],
  count: (reading: JudgedReading, isStored: boolean, stored?: Readonly<Record<string, number>>) => void,
): Promise<Plan> {
  const inserts = new ByReading<JudgedReading>();
  const additions = new ByReading<Reading>();
  const newest = newestStored(cache, kind);
  // A time later than all that the device has stored cannot be stored yet.
  const isLate = (reading: JudgedReading) => reading.time <= newest(reading);
  // For readings that retention removed, only the names of the fields are known.
  const since = keptSince(cache, rawTable(kind));
  const isKept = ({ time }: JudgedReading) => time >= since;
  const stored = await readStored(writer, cache, kind, readings.filter(isLate));
  for (const reading of readings) {
    const { time } = reading;
    const device = cache.devices.id(reading.park, reading.device);
    const inserting = inserts.get(device, time);
    if (inserting !== undefined) {
      const [first, later] = [unpacked(inserting), unpacked(reading)];
      const addition = additionOf(first, later);
      if (addition !== undefined) inserts.set(device, time, merge(first, addition));
      count(later, addition !== undefined, contradicted(first, later));
      continue;
    }
    const present = stored.get(device, time);
    if (present === undefined) {
      inserts.set(device, time, reading);
      count(reading, true);
      continue;
    }
    const again = unpacked(reading);
    const earlier = additions.get(device, time);
    const known = earlier === undefined ? present : { values: { ...present.values, ...earlier.values } };
    const addition = additionOf(known, again);
    if (addition !== undefined)
      additions.set(device, time, earlier === undefined ? addition : merge(earlier, addition));
    count(again, addition !== undefined, isKept(again) ? contradicted(known, again) : undefined);
  }
  return { kind, inserts: inserts.values(), additions: additions.values() };
}

/** The latest stored time of a reading's device, looked up once a device. */
function newestStored(cache: Cache, kind: Kind): (reading: JudgedReading) => number {
  const known = new Map<number, number>();
  return ({ park, device }) => {
    const id = cache.devices.id(park, device);
    const found = known.get(id);
    if (found !== undefined) return found;
    const state = cache.latest.get(latestKey(park, device, kind.name));
    const furthest = state === undefined ? Number.NEGATIVE_INFINITY : furthestOf(state);
    known.set(id, furthest);
    return furthest;
  };
}

/** Only the field names matter. */
type Stored = ByReading<{ readonly values: Record<string, number> }>;

/** Those that are stored, or were until retention removed them, with their fields. */
async function readStored(writer: Writer, cache: Cache, kind: Kind, late: readonly JudgedReading[]): Promise<Stored> {
  const stored: Stored = new ByReading();
  if (late.length === 0) return stored;
  const ids = late.map((reading) => cache.devices.id(reading.park, reading.device));
  const times = late.map((reading) => reading.time);
  await writer.run('CREATE OR REPLACE TEMP TABLE late (device INTEGER, time BIGINT)');
  await writer.append('late', ['INTEGER', 'BIGINT'], [ids, times.map(BigInt)]);
  // The bounds allow DuckDB to skip whole blocks of the table.
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    low = Math.min(low, time);
    high = Math.max(high, time);
  }
  const fields = kind.fields.map((field) => field.name);
  const read = async (table: string, columnOf: (field: string) => string) => {
    const [devices = [], found = [], ...held] = await writer.columns(
      `SELECT device, time, ${fields.map(columnOf).join(', ')} FROM ${table} SEMI JOIN late USING (device, time) WHERE time BETWEEN ${low} AND ${high}`,
    );
    for (let row = 0; row < devices.length; row++) {
      const [device, time] = [Number(devices[row]), Number(found[row])];
      const values = stored.get(device, time)?.values ?? {};
      for (const [index, field] of fields.entries()) {
        const value = held[index]?.[row];
        if (value !== null && value !== undefined) values[field] = Number(value);
      }
      stored.set(device, time, { values });
    }
  };
  const since = keptSince(cache, rawTable(kind));
  if (high >= since) await read(rawTable(kind), valueColumn);
  if (low < since) await read(removedTable(kind), heldColumn);
  return stored;
}
