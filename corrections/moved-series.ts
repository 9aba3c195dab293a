/** Series where whole readings were moved: the windows that this may touch are summed again from the readings as corrected, all others are those of the store. */
import type { Reading } from '../sensors/reading.ts';
import { tooLarge } from '../store/query-size.ts';
import type { Every, Point, Series, SeriesQuery, Store } from '../store/store.ts';
import { windowEnd, windowStart } from '../store/window.ts';
import { seriesOfWindows, type Window, WindowSums } from '../store/window-sums.ts';
import type { Correction } from './correction.ts';
import { movedReadings } from './moved-readings.ts';
import { reachOf, relevantTo } from './moves.ts';
import { type CorrectedSeries, windowsOf } from './series-windows.ts';

type Reader = Pick<Store, 'series' | 'export'>;
type Place = Pick<Series, 'park' | 'site' | 'device' | 'field'>;

export async function movedSeries(
  store: Reader,
  query: SeriesQuery,
  corrections: readonly Correction[],
): Promise<readonly CorrectedSeries[]> {
  const { every } = query;
  return every === undefined
    ? await movedPoints(store, query, corrections)
    : await movedWindows(store, { ...query, every }, corrections);
}

const keyOf = ({ park, site, device, field }: Place) => [park, site, device, field].join('/');

async function movedPoints(
  store: Reader,
  query: SeriesQuery,
  corrections: readonly Correction[],
): Promise<readonly CorrectedSeries[]> {
  const found = new Map<string, Place & { readonly points: Point[] }>();
  let count = 0;
  for await (const { reading } of movedReadings(store, query, corrections)) {
    const { park, site, device, time, flags } = reading;
    for (const [field, value] of Object.entries(reading.values)) {
      count += 1;
      if (count > query.maxPoints) throw tooLarge(query);
      const place = { park, site, device, field };
      const key = keyOf(place);
      const series = found.get(key) ?? { ...place, points: [] };
      found.set(key, series);
      const own = flags?.[field];
      series.points.push(own === undefined ? [time, value] : [time, value, own]);
    }
  }
  return [...found.values()].map((series) => ({ ...series, aggregate: 'raw', ...idsOf(series, corrections) }));
}

async function movedWindows(
  store: Reader,
  query: SeriesQuery & { readonly every: Every },
  corrections: readonly Correction[],
): Promise<readonly CorrectedSeries[]> {
  const { aggregates, every } = query;
  const groups = new Map<
    string,
    { readonly place: Place; readonly windows: Map<number, Window>; uncorrected: number[] }
  >();
  const bySeries = new Map<string, Series[]>();
  for (const series of await store.series(query)) {
    const key = keyOf(series);
    bySeries.set(key, [...(bySeries.get(key) ?? []), series]);
  }
  for (const [key, group] of bySeries) {
    const [place] = group;
    if (place !== undefined) groups.set(key, { place, windows: windowsOf(group, aggregates), uncorrected: [] });
  }
  for (const stretch of stretchesOf(corrections, query)) {
    const part = { ...query, from: stretch.from, to: stretch.to };
    const raw = await rawCounts(store, part);
    const sums = await sumsOf(store, part, corrections);
    for (const [key, { place, windows }] of sums)
      if (!groups.has(key) && windows.size > 0) groups.set(key, { place, windows: new Map(), uncorrected: [] });
    for (const [key, group] of groups)
      for (let start = windowStart(stretch.from, every); start < stretch.to; start = windowEnd(start, every)) {
        const stored = group.windows.get(start);
        const now = sums.get(key)?.windows.get(start);
        // Fewer raw readings than the window was made of: retention has removed some.
        if (stored !== undefined && (raw.get(`${key} ${start}`) ?? 0) < stored.used + stored.excluded)
          group.uncorrected.push(start);
        else if (now === undefined) group.windows.delete(start);
        else group.windows.set(start, now.window(start, aggregates));
      }
  }
  return [...groups.values()].flatMap(({ place, windows, uncorrected }) => {
    const { park, site, device, field } = place;
    const ordered = [...windows.values()].sort((one, other) => one.start - other.start);
    const more = { ...idsOf(place, corrections), ...(uncorrected.length > 0 && { uncorrected }) };
    return seriesOfWindows({ park, site, device, field }, aggregates, ordered).map((series) => ({
      ...series,
      ...more,
    }));
  });
}

function idsOf(place: Place, corrections: readonly Correction[]) {
  const own = relevantTo(corrections, place.park, place.device).filter(
    ({ field, device, method }) =>
      method.is === 'clock' || method.is === 'swap' || (field === place.field && device === place.device),
  );
  return own.length === 0 ? {} : { corrections: own.map(({ id }) => id) };
}

/** Whole windows that they may touch, within the query. */
function stretchesOf(corrections: readonly Correction[], { every, from, to }: SeriesQuery & { readonly every: Every }) {
  const reach = reachOf(corrections);
  const stretches: { from: number; to: number }[] = [];
  for (const { at, until } of [...corrections].sort((one, other) => one.at - other.at)) {
    if (until + reach <= from || at - reach >= to) continue;
    const begin = Math.max(from, windowStart(Math.max(at - reach, from), every));
    const end = Math.min(to, windowEnd(windowStart(Math.min(until + reach, to) - 1, every), every));
    const last = stretches.at(-1);
    if (last !== undefined && begin <= last.to) last.to = Math.max(last.to, end);
    else stretches.push({ from: begin, to: end });
  }
  return stretches;
}

async function rawCounts(store: Reader, query: SeriesQuery & { readonly every: Every }) {
  const counts = new Map<string, number>();
  for await (const reading of store.export(exportOf(query)))
    for (const field of Object.keys(reading.values)) {
      const key = `${keyOf({ ...reading, field })} ${windowStart(reading.time, query.every)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return counts;
}

async function sumsOf(
  store: Reader,
  query: SeriesQuery & { readonly every: Every },
  corrections: readonly Correction[],
) {
  const { every, quality = 'all' } = query;
  const groups = new Map<string, { readonly place: Place; readonly windows: Map<number, WindowSums> }>();
  const windowOf = (reading: Reading, field: string): WindowSums => {
    const { park, site, device, time } = reading;
    const place = { park, site, device, field };
    const key = keyOf(place);
    const group = groups.get(key) ?? { place, windows: new Map<number, WindowSums>() };
    groups.set(key, group);
    const start = windowStart(time, every);
    const window = group.windows.get(start) ?? new WindowSums(quality);
    group.windows.set(start, window);
    return window;
  };
  for await (const { reading, invalid } of movedReadings(store, exportOf(query), corrections)) {
    for (const [field, value] of Object.entries(reading.values))
      windowOf(reading, field).add(reading.time, value, reading.flags?.[field]);
    for (const field of invalid) windowOf(reading, field).leaveOut();
  }
  return groups;
}

/** All values: what is doubted is left out, and counted, by the sums. */
function exportOf({ kind, park, site, device, fields, from, to, signal }: SeriesQuery) {
  const place = { ...(park && { park }), ...(site && { site }), ...(device && { device }) };
  return { kind, ...place, fields, from, to, ...(signal && { signal }) };
}
