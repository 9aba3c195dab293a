/**
 * Corrected series and readings. Windows to which a correction applies are recomputed from raw readings on every query, so that late data and changed
 * or withdrawn corrections are always taken into account; all other windows come from the store as they are.
 */
import type { Reading } from '../sensors/reading.ts';
import type { Every, ExportQuery, Point, Quality, Series, SeriesQuery, Store } from '../store/store.ts';
import { windowEnd, windowStart } from '../store/window.ts';
import { seriesOfWindows, WindowSums } from '../store/window-sums.ts';
import { type Correction, corrected } from './correction.ts';
import { movedReadings } from './moved-readings.ts';
import { movedSeries } from './moved-series.ts';
import { isMove, reachOf, swappedWith } from './moves.ts';
import { type CorrectedSeries, windowsOf } from './series-windows.ts';

export type { CorrectedSeries } from './series-windows.ts';

type Place = Pick<Series, 'park' | 'device' | 'field'>;

export async function correctedSeries(
  store: Pick<Store, 'series' | 'export'>,
  query: SeriesQuery,
  all: readonly Correction[],
): Promise<readonly CorrectedSeries[]> {
  const moving = withMoves(all, query);
  if (moving !== undefined) return await movedSeries(store, query, moving);
  const found = await store.series(query);
  const corrections = all.filter((each) => concerns(each, query));
  if (corrections.length === 0) return found;
  const { every } = query;
  if (every === undefined) return found.flatMap((series) => correctedPoints(series, of(corrections, series)));
  return await correctedWindows(store, { ...query, every }, found, corrections);
}

/** Corrected raw readings, without invalidated values. `corrected` names the fields to which a correction applied. */
export async function* correctedReadings(
  store: Pick<Store, 'export'>,
  query: ExportQuery,
  all: readonly Correction[],
): AsyncGenerator<Reading & { readonly corrected?: readonly string[] }> {
  const moving = withMoves(all, query);
  if (moving !== undefined) {
    for await (const { reading, corrected } of movedReadings(store, query, moving))
      if (Object.keys(reading.values).length > 0) yield corrected.length === 0 ? reading : { ...reading, corrected };
    return;
  }
  const corrections = all.filter((each) => concerns(each, query));
  for await (const reading of store.export(query)) {
    const { park, device, time, values, flags, ...rest } = reading;
    const touching = corrections.filter(
      (each) => each.park === park && each.device === device && time >= each.at && time < each.until,
    );
    if (touching.length === 0) {
      yield reading;
      continue;
    }
    const kept = Object.entries(values).flatMap(([field, value]) => {
      const now = corrected(value, time, of(touching, { park, device, field }));
      return now === undefined ? [] : [[field, now] as const];
    });
    if (kept.length === 0) continue;
    const names = new Set(touching.map(({ field }) => field));
    const touched = kept.map(([field]) => field).filter((field) => names.has(field));
    const left = Object.fromEntries(kept);
    const keptFlags = Object.entries(flags ?? {}).filter(([field]) => field in left);
    yield {
      ...{ ...rest, park, device, time, values: left },
      ...(keptFlags.length > 0 && { flags: Object.fromEntries(keptFlags) }),
      ...(touched.length > 0 && { corrected: touched }),
    };
  }
}

/** All that have a part where readings were moved into the query or out of it; undefined: none were. */
function withMoves(
  all: readonly Correction[],
  { park, device, from, to }: ExportQuery,
): readonly Correction[] | undefined {
  const moves = all.filter(isMove);
  if (moves.length === 0) return undefined;
  const reach = reachOf(moves);
  const isNear = (each: Correction) => each.at - reach < to && each.until + reach > from;
  const inPark = (each: Correction) => park === undefined || each.park === park;
  const isOf = (each: Correction) => device === undefined || swappedWith(moves, each.park, device).has(each.device);
  if (!moves.some((each) => isNear(each) && inPark(each) && isOf(each))) return undefined;
  return all.filter((each) => inPark(each) && isOf(each));
}

function concerns({ park, site, device, field, at, until }: Correction, query: ExportQuery): boolean {
  return (
    (query.park === undefined || query.park === park) &&
    (query.device === undefined || query.device === device) &&
    (query.site === undefined || query.site === site || query.device === device) &&
    query.fields.includes(field) &&
    at < query.to &&
    until > query.from
  );
}

function of(corrections: readonly Correction[], { park, device, field }: Place): readonly Correction[] {
  return corrections.filter((each) => each.park === park && each.device === device && each.field === field);
}

const idsOf = (corrections: readonly Correction[]) =>
  corrections.length === 0 ? {} : { corrections: corrections.map(({ id }) => id) };

function correctedPoints(series: Series, corrections: readonly Correction[]): CorrectedSeries[] {
  if (corrections.length === 0) return [series];
  const points = series.points.flatMap(([time, value, flags]): Point[] => {
    const now = corrected(value, time, corrections);
    if (now === undefined) return [];
    return [flags === undefined ? [time, now] : [time, now, flags]];
  });
  return points.length === 0 ? [] : [{ ...series, points, ...idsOf(corrections) }];
}

async function correctedWindows(
  store: Pick<Store, 'export'>,
  query: SeriesQuery & { readonly every: Every },
  found: readonly Series[],
  corrections: readonly Correction[],
): Promise<readonly CorrectedSeries[]> {
  const { aggregates, quality = 'all' } = query;
  const untouched = found.filter((series) => of(corrections, series).length === 0);
  const groups = new Map<string, Series[]>();
  for (const series of found) {
    if (of(corrections, series).length === 0) continue;
    const key = [series.park, series.site, series.device, series.field].join('/');
    groups.set(key, [...(groups.get(key) ?? []), series]);
  }
  const answered: CorrectedSeries[] = [...untouched];
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { park, site, device, field } = first;
    const own = of(corrections, first);
    const windows = windowsOf(group, aggregates);
    const uncorrected: number[] = [];
    for (const stretch of stretchesOf(own, query)) {
      const sums = await sumsOf(store, { ...query, ...stretch, park, site, device, fields: [field] }, own, quality);
      for (const start of startsIn(stretch, query.every)) {
        const stored = windows.get(start);
        const { window, count } = sums.get(start) ?? { window: undefined, count: 0 };
        // Fewer raw readings than the window was made of: retention has removed some.
        if (stored !== undefined && count < stored.used + stored.excluded) uncorrected.push(start);
        else if (window === undefined) windows.delete(start);
        else windows.set(start, window.window(start, aggregates));
      }
    }
    const ordered = [...windows.values()].sort((a, b) => a.start - b.start);
    for (const series of seriesOfWindows({ park, site, device, field }, aggregates, ordered))
      answered.push({ ...series, ...idsOf(own), ...(uncorrected.length > 0 && { uncorrected }) });
  }
  return answered;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Ranges of whole windows to which corrections apply, within the query; adjacent and overlapping ranges are merged. */
function stretchesOf(corrections: readonly Correction[], { every, from, to }: SeriesQuery & { readonly every: Every }) {
  const stretches: { from: number; to: number }[] = [];
  for (const { at, until } of [...corrections].sort((a, b) => a.at - b.at)) {
    const begin = Math.max(from, windowStart(Math.max(at, from), every));
    const end = Math.min(to, windowEnd(windowStart(Math.min(until, to) - 1, every), every));
    const last = stretches.at(-1);
    if (last !== undefined && begin <= last.to) last.to = Math.max(last.to, end);
    else stretches.push({ from: begin, to: end });
  }
  return stretches;
}

function* startsIn({ from, to }: Stretch, every: Every): Generator<number> {
  for (let start = windowStart(from, every); start < to; start = windowEnd(start, every)) yield start;
}

async function sumsOf(
  store: Pick<Store, 'export'>,
  query: SeriesQuery & { readonly every: Every },
  corrections: readonly Correction[],
  quality: Quality,
): Promise<ReadonlyMap<number, { readonly window: WindowSums; readonly count: number }>> {
  const { kind, park, site, device, fields, from, to, every, signal } = query;
  const [field = ''] = fields;
  const place = { ...(park && { park }), ...(site && { site }), ...(device && { device }) };
  const sums = new Map<number, { readonly window: WindowSums; count: number }>();
  for await (const reading of store.export({ kind, ...place, fields, from, to, ...(signal && { signal }) })) {
    const value = reading.values[field];
    if (value === undefined) continue;
    const start = windowStart(reading.time, every);
    const known = sums.get(start) ?? { window: new WindowSums(quality), count: 0 };
    sums.set(start, known);
    known.count += 1;
    const now = corrected(value, reading.time, corrections);
    if (now === undefined) known.window.leaveOut();
    else known.window.add(reading.time, now, reading.flags?.[field]);
  }
  return sums;
}
