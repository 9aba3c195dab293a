/**
 * Windows from InfluxQL's sums. A field holds good values, `…:doubted` the doubtful ones, so both qualities are sums of sums, with two exceptions that
 * need raw readings: points from before daoyu 0.2, which hold doubtful values in the field itself, and the first or last value of a window that has good
 * and doubtful ones (InfluxQL returns the start of the window, not the time of the value).
 */
import { DOUBTS, type Flag } from '../../sensors/flag.ts';
import type { Reading } from '../../sensors/reading.ts';
import type { Aggregate, Every, ExportQuery, Quality, Series, SeriesQuery } from '../store.ts';
import { windowEnd, windowStart } from '../window.ts';
import { seriesOfWindows, type Window, WindowSums } from '../window-sums.ts';
import type { Rows } from './http.ts';
import { name } from './influxql.ts';
import { doubtedField, FLAG_NAMES, flagField } from './lines.ts';

type WindowQuery = SeriesQuery & { readonly every: Every };
type Base = 'count' | 'sum' | 'min' | 'max' | 'first' | 'last';

const baseOf = (aggregate: Aggregate): Base => (aggregate === 'mean' ? 'sum' : aggregate);

const basesOf = ({ aggregates }: Pick<SeriesQuery, 'aggregates'>): readonly Base[] => [
  ...new Set<Base>(['count', ...aggregates.map(baseOf)]),
];
/** Of doubtful values that are left out only the number is needed. */
const doubtedBasesOf = (query: SeriesQuery): readonly Base[] => (query.quality === 'good' ? ['count'] : basesOf(query));

export function windowColumns(query: SeriesQuery): readonly string[] {
  return query.fields.flatMap((field) => [
    ...basesOf(query).map((base) => `${base}(${name(field)})`),
    ...doubtedBasesOf(query).map((base) => `${base}(${name(doubtedField(field))})`),
    ...FLAG_NAMES.map((flag) => `count(${name(flagField(field, flag))})`),
  ]);
}

interface Found {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  /** By field, then start. */
  readonly fields: ReadonlyMap<string, Map<number, Window>>;
  /** Starts of windows that need their raw readings. */
  readonly unclear: Set<number>;
}

export class WindowCollector {
  readonly #query: WindowQuery;
  readonly #starts: readonly number[] | undefined;
  readonly #found = new Map<string, Found>();
  points = 0;

  constructor(query: WindowQuery, starts: readonly number[] | undefined) {
    this.#query = query;
    this.#starts = starts;
  }

  get devices(): number {
    return new Set([...this.#found.values()].map(({ park, device }) => `${park}/${device}`)).size;
  }

  add({ statement, tags, values }: Rows): void {
    const { fields, aggregates } = this.#query;
    const found = this.#of(tags);
    const width = basesOf(this.#query).length + doubtedBasesOf(this.#query).length + FLAG_NAMES.length;
    for (const row of values) {
      const start = this.#starts?.[statement] ?? Number(row[0]);
      for (const [index, field] of fields.entries()) {
        const first = 1 + index * width;
        const { window, isUnclear } = windowIn(row.slice(first, first + width), start, this.#query);
        if (window.used === 0 && window.excluded === 0) continue;
        found.fields.get(field)?.set(start, window);
        if (isUnclear) found.unclear.add(start);
        this.points += aggregates.length;
      }
    }
  }

  /** Resolves unclear windows from raw readings; sends no query if there are none. */
  async clear(raw: (query: ExportQuery) => AsyncIterable<Reading>): Promise<void> {
    const { every, from, to, quality = 'all', kind, fields, aggregates, signal } = this.#query;
    for (const { park, site, device, fields: byField, unclear } of this.#found.values()) {
      for (const stretch of stretchesOf([...unclear], every)) {
        const sums = new Map<string, Map<number, WindowSums>>(fields.map((field) => [field, new Map()]));
        const times = { from: Math.max(from, stretch.from), to: Math.min(to, stretch.to) };
        for await (const reading of raw({ kind, park, site, device, fields, ...times, ...(signal && { signal }) })) {
          const start = windowStart(reading.time, every);
          for (const [field, value] of Object.entries(reading.values)) {
            const ofField = sums.get(field);
            const known = ofField?.get(start) ?? new WindowSums(quality);
            ofField?.set(start, known);
            known.add(reading.time, value, reading.flags?.[field]);
          }
        }
        for (const [field, ofField] of sums)
          for (const [start, each] of ofField) byField.get(field)?.set(start, each.window(start, aggregates));
      }
    }
  }

  series(): Series[] {
    return [...this.#found.values()].flatMap(({ park, site, device, fields }) =>
      [...fields].flatMap(([field, windows]) =>
        seriesOfWindows({ park, site, device, field }, this.#query.aggregates, [...windows.values()]),
      ),
    );
  }

  #of({ park = '', site = '', device = '' }: Rows['tags']): Found {
    const id = `${park}/${site}/${device}`;
    const fields = new Map(this.#query.fields.map((field) => [field, new Map<number, Window>()]));
    const known = this.#found.get(id) ?? { park, site, device, fields, unclear: new Set<number>() };
    this.#found.set(id, known);
    return known;
  }
}

/** Cells of one field in one window, in the order of `windowColumns`. */
function windowIn(
  cells: readonly unknown[],
  start: number,
  query: WindowQuery,
): { readonly window: Window; readonly isUnclear: boolean } {
  const { aggregates, quality = 'all' } = query;
  const [bases, doubtedBases] = [basesOf(query), doubtedBasesOf(query)];
  const good = cellsOf(bases, cells);
  const doubted = cellsOf(doubtedBases, cells.slice(bases.length));
  const counts = cells.slice(bases.length + doubtedBases.length);
  const flags = FLAG_NAMES.filter((_, index) => Number(counts[index] ?? 0) > 0);
  const doubts = DOUBTS.reduce((sum, flag) => sum + Number(counts[FLAG_NAMES.indexOf(flag)] ?? 0), 0);
  const [n, left] = [good.count ?? 0, doubted.count ?? 0];
  const isMixed = n > 0 && left > 0 && aggregates.some((aggregate) => aggregate === 'first' || aggregate === 'last');
  const window = windowOf({ start, good, doubted, quality, aggregates, flags });
  return { window, isUnclear: quality === 'good' ? n > 0 && doubts > left : isMixed };
}

type Cells = Readonly<Partial<Record<Base, number>>>;

/** Text was written by another program under one of our names. */
function cellsOf(bases: readonly Base[], cells: readonly unknown[]): Cells {
  return Object.fromEntries(
    bases.flatMap((base, index) => (typeof cells[index] === 'number' ? [[base, cells[index]]] : [])),
  );
}

interface Parts {
  readonly start: number;
  readonly good: Cells;
  readonly doubted: Cells;
  readonly quality: Quality;
  readonly aggregates: readonly Aggregate[];
  readonly flags: readonly Flag[];
}

function windowOf({ start, good, doubted, quality, aggregates, flags }: Parts): Window {
  const parts = quality === 'good' ? [good] : [good, doubted];
  const sumOf = (base: Base) => parts.reduce((sum, part) => sum + (part[base] ?? 0), 0);
  const known = (base: Base) => parts.flatMap((part) => (part[base] === undefined ? [] : [part[base]]));
  const used = sumOf('count');
  const resultOf = (aggregate: Aggregate): number => {
    if (aggregate === 'count') return used;
    if (aggregate === 'sum') return sumOf('sum');
    if (aggregate === 'mean') return sumOf('sum') / used;
    if (aggregate === 'min') return Math.min(...known('min'));
    return aggregate === 'max' ? Math.max(...known('max')) : (known(aggregate)[0] ?? Number.NaN);
  };
  const excluded = quality === 'good' ? (doubted.count ?? 0) : 0;
  return { start, values: used === 0 ? [] : aggregates.map(resultOf), used, excluded, flags };
}

/** Neighbouring windows share a query. */
function stretchesOf(starts: readonly number[], every: Every): { readonly from: number; readonly to: number }[] {
  const stretches: { from: number; to: number }[] = [];
  for (const start of [...starts].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last !== undefined && last.to === start) last.to = windowEnd(start, every);
    else stretches.push({ from: start, to: windowEnd(start, every) });
  }
  return stretches;
}
