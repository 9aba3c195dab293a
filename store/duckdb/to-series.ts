/** Turns the columns of a series query into series: one per device, site, field and aggregate. */
import type { DoubtedWindow, Point, Series } from '../store.ts';
import type { Cache } from './cache.ts';
import { flagsOf } from './schema.ts';

type Columns = readonly (readonly unknown[])[];

/** Columns: device, site, time, then for each field its value and flags, or its aggregates, flags, and the numbers of values used and left out. */
export function toSeries(
  columns: Columns,
  cache: Cache,
  fields: readonly string[],
  aggregates: readonly Series['aggregate'][],
): Series[] {
  const [devices = [], sites = []] = columns;
  const isRaw = aggregates.includes('raw');
  const width = aggregates.length + (isRaw ? 1 : 3);
  const series: Series[] = [];
  for (let start = 0, end = 0; start < devices.length; start = end) {
    while (end < devices.length && devices[end] === devices[start] && sites[end] === sites[start]) end += 1;
    const { park, name: device } = cache.devices.name(Number(devices[start]));
    const { name: site } = cache.sites.name(Number(sites[start]));
    for (const [fieldIndex, field] of fields.entries()) {
      const first = 3 + fieldIndex * width;
      const doubted = isRaw ? [] : doubtedIn(columns, first + aggregates.length, start, end);
      for (const [index, aggregate] of aggregates.entries()) {
        const rows = { start, end, value: first + index, flags: first + aggregates.length };
        const found = isRaw ? { points: pointsIn(columns, rows) } : windowsIn(columns, rows);
        if (found.points.length === 0 && doubted.length === 0) continue;
        series.push({ park, site, device, field, aggregate, ...found, ...(doubted.length > 0 && { doubted }) });
      }
    }
  }
  return series;
}

interface Rows {
  readonly start: number;
  readonly end: number;
  /** Which columns. */
  readonly value: number;
  readonly flags: number;
}

function pointsIn(columns: Columns, { start, end, value: valueAt, flags: flagsAt }: Rows): Point[] {
  const points: Point[] = [];
  for (let row = start; row < end; row++) {
    const value = columns[valueAt]?.[row];
    if (value === null || value === undefined) continue;
    points.push(pointOf(Number(columns[2]?.[row]), Number(value), columns[flagsAt]?.[row]));
  }
  return points;
}

/** A window without a value of this field has no point. */
function windowsIn(columns: Columns, rows: Rows): Pick<Series, 'points' | 'used' | 'excluded'> {
  const { start, end, flags: flagsAt } = rows;
  const points: Point[] = [];
  const used: number[] = [];
  const excluded: number[] = [];
  for (let row = start; row < end; row++) {
    const count = Number(columns[flagsAt + 1]?.[row] ?? 0);
    if (count === 0) continue;
    points.push(pointOf(Number(columns[2]?.[row]), Number(columns[rows.value]?.[row]), columns[flagsAt]?.[row]));
    used.push(count);
    excluded.push(Number(columns[flagsAt + 2]?.[row] ?? 0));
  }
  return { points, used, excluded };
}

function doubtedIn(columns: Columns, flagsAt: number, start: number, end: number): DoubtedWindow[] {
  const found: DoubtedWindow[] = [];
  for (let row = start; row < end; row++) {
    const excluded = Number(columns[flagsAt + 2]?.[row] ?? 0);
    if (excluded === 0 || Number(columns[flagsAt + 1]?.[row] ?? 0) > 0) continue;
    found.push([Number(columns[2]?.[row]), excluded, flagsOf(columns[flagsAt]?.[row])]);
  }
  return found;
}

function pointOf(time: number, value: number, bits: unknown): Point {
  const flags = flagsOf(bits);
  return flags.length === 0 ? [time, value] : [time, value, flags];
}
