/** The InfluxQL of a series query, and the rows of raw readings as series. */
import { BEIJING_OFFSET_MS } from '../../base/beijing-time.ts';
import { type Flag, isDoubtful } from '../../sensors/flag.ts';
import type { Every, Point, Series, SeriesFilter, SeriesQuery } from '../store.ts';
import { DAY_MS, windowStart } from '../window.ts';
import type { Rows } from './http.ts';
import { instant, name, text } from './influxql.ts';
import { doubtedField, FLAG_NAMES, flagField, RECEIVED } from './lines.ts';
import { windowColumns } from './windows.ts';

type Range = Pick<SeriesQuery, 'from' | 'to'>;

/** `""` or ` AND "park" = '…' …` */
export function selected({ park, site, device }: Partial<SeriesFilter>): string {
  return Object.entries({ park, site, device })
    .map(([tag, value]) => (value === undefined ? '' : ` AND ${name(tag)} = ${text(value)}`))
    .join('');
}

export function where(filter: Partial<SeriesFilter>, { from, to }: Range): string {
  return `WHERE time >= ${instant(from)} AND time < ${instant(to)}${selected(filter)}`;
}

/** One statement, or one per month: InfluxQL has no months. */
export interface Question {
  readonly statements: readonly string[];
  /** Start of the window that the whole statement covers. */
  readonly starts?: readonly number[];
}

/** Columns of each field: its value, its doubtful value and one per flag; for windows see `windows.ts`. */
export function seriesQuestion(query: SeriesQuery): Question {
  const { kind, fields, every } = query;
  if (every === undefined) {
    const columns = fields.flatMap((field) => [
      ...[name(field), name(doubtedField(field))],
      ...FLAG_NAMES.map((flag) => name(flagField(field, flag))),
    ]);
    return { statements: [`SELECT ${columns.join(', ')} FROM ${name(kind)} ${where(query, query)} ${BY_SERIES}`] };
  }
  const select = `SELECT ${windowColumns(query).join(', ')} FROM ${name(kind)}`;
  if (every.unit !== 'month') {
    const window = `time(${windowLength(every)}, ${windowOffset(every)}ms)`;
    return { statements: [`${select} ${where(query, query)} ${BY_SERIES}, ${window} fill(none)`] };
  }
  const months = monthsOf(query, every);
  return {
    statements: months.map(({ from, to }) => `${select} ${where(query, { from, to })} ${BY_SERIES}`),
    starts: months.map(({ start }) => start),
  };
}

/** First and last time of a kind, so that months without data are not asked for. */
export function extentQuestion({ kind }: Pick<SeriesQuery, 'kind'>): string {
  return ['first', 'last'].map((edge) => `SELECT ${edge}(${name(RECEIVED)}) FROM ${name(kind)}`).join(';');
}

const BY_SERIES = 'GROUP BY "park", "site", "device"';

function windowLength({ count, unit }: Every): string {
  if (unit === 'ms') return `${count}ms`;
  return unit === 'week' ? `${7 * count}d` : `${count}d`;
}

/** InfluxDB counts windows from 1970-01-01T00:00Z, a Thursday: ours begin at midnight in Shanghai, weeks on Monday. */
function windowOffset({ unit }: Every): number {
  return (unit === 'week' ? 4 * DAY_MS : 0) - BEIJING_OFFSET_MS;
}

function monthsOf(
  { from, to }: Range,
  every: Every,
): { readonly start: number; readonly from: number; readonly to: number }[] {
  const months: { start: number; from: number; to: number }[] = [];
  for (let start = windowStart(from, every); start < to; ) {
    const next = windowStart(start + (every.count * 31 + 1) * DAY_MS, every);
    months.push({ start, from: Math.max(start, from), to: Math.min(next, to) });
    start = next;
  }
  return months;
}

/** Collects rows of raw readings into series, in the order of the fields; counts points as they come. */
export class RawCollector {
  readonly #query: SeriesQuery;
  readonly #series = new Map<string, { readonly key: Omit<Series, 'points'>; readonly points: Point[] }>();
  readonly #devices = new Set<string>();
  points = 0;

  constructor(query: SeriesQuery) {
    this.#query = query;
  }

  get devices(): number {
    return this.#devices.size;
  }

  add({ tags, values }: Rows): void {
    const { fields, quality } = this.#query;
    const { park = '', site = '', device = '' } = tags;
    this.#devices.add(`${park}/${device}`);
    for (const [fieldIndex, field] of fields.entries()) {
      const first = 1 + fieldIndex * (2 + FLAG_NAMES.length);
      const points = this.#pointsOf({ park, site, device, field, aggregate: 'raw' });
      for (const row of values) {
        const value = valueIn(row, first);
        const flags = flagsIn(row, first + 2);
        if (value === undefined || (quality === 'good' && isDoubtful(flags))) continue;
        const time = Number(row[0]);
        points.push(flags.length === 0 ? [time, value] : [time, value, flags]);
        this.points += 1;
      }
    }
  }

  series(): Series[] {
    return [...this.#series.values()]
      .filter(({ points }) => points.length > 0)
      .map(({ key, points }) => ({ ...key, points }));
  }

  #pointsOf(key: Omit<Series, 'points'>): Point[] {
    const id = Object.values(key).join('/');
    const known = this.#series.get(id) ?? { key, points: [] };
    this.#series.set(id, known);
    return known.points;
  }
}

/** A field's value, good or doubtful. Text was written by another program under one of our names. */
export function valueIn(row: readonly unknown[], first: number): number | undefined {
  for (const cell of [row[first], row[first + 1]]) if (typeof cell === 'number') return cell;
  return undefined;
}

/** Columns, from the given one on, with a value other than null and 0. */
export function flagsIn(row: readonly unknown[], first: number): readonly Flag[] {
  return FLAG_NAMES.filter((_, index) => Number(row[first + index] ?? 0) > 0);
}
