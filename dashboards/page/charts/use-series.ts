/** The series behind a view's charts: asked again when the range changes, and kept up to date by what comes live. */
import { useEffect, useState } from 'preact/hooks';
import type { Reading } from '../../../sensors/reading.ts';
import type { Aggregate, Point, Series } from '../../../store/store.ts';
import { loadSeries } from '../feed/api.ts';
import type { Fleet } from '../feed/fleet.ts';
import { resolutionFor } from '../feed/resolution.ts';

export interface SeriesAnswer {
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
  readonly series: readonly Series[];
  /** What came since, by `park/device/field`. */
  readonly live: ReadonlyMap<string, readonly Point[]>;
  /** What was asked for. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly isAggregated: boolean;
  /** Whether the range follows the clock. */
  readonly isFollowing: boolean;
}

export interface SeriesWanted {
  readonly fleet: Fleet;
  readonly kind: string;
  readonly park?: string | undefined;
  /** `park/site` of each that is meant; absent: all of the kind. Compared by content, so it may be made anew. */
  readonly places?: readonly string[];
  readonly fields: readonly string[];
  /** Of windows; a single one where many sites are shown. */
  readonly aggregates?: readonly Aggregate[];
  readonly intervalMs: number;
  /** About how many points a line may have; raw readings are asked for while they are fewer. */
  readonly mostPoints?: number;
  readonly window?: readonly [from: number, to: number] | undefined;
  readonly spanMs?: number | undefined;
}

export const lineKey = (of: { readonly park: string; readonly device: string }, field: string) =>
  `${of.park}/${of.device}/${field}`;

/** A zoom by wheel asks once, when it rests. */
const REST_MS = 120;
const SHORTEST_REFRESH_MS = 30_000;
const GATHER_MS = 500;
const ENVELOPE: readonly Aggregate[] = ['mean', 'min', 'max', 'sum'];

export function useSeries(wanted: SeriesWanted): SeriesAnswer {
  const { fleet, kind, park, fields, intervalMs, window, spanMs, aggregates = ENVELOPE } = wanted;
  const mostPoints = wanted.mostPoints ?? (innerWidth < 700 ? 300 : 600);
  const places = wanted.places?.join(',');
  const [from, to] = window ?? [0, 0];
  const [answer, setAnswer] = useState<SeriesAnswer>(() => empty(fleet.now(), wanted));
  useEffect(() => {
    const gone = new AbortController();
    const live = new Map<string, Point[]>();
    const meant = places === undefined ? undefined : new Set(places.split(','));
    let timer: ReturnType<typeof setTimeout>;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    // Listens before it asks: what is measured meanwhile is in one of both.
    const stop = fleet.onReadings((readings) => {
      let isOurs = false;
      for (const reading of readings) isOurs = take(reading) || isOurs;
      if (isOurs) gathering ??= setTimeout(show, GATHER_MS);
    });
    const take = (reading: Reading): boolean => {
      if (reading.kind !== kind || (park && reading.park !== park)) return false;
      if (meant && !meant.has(`${reading.park}/${reading.site}`)) return false;
      for (const field of fields) {
        const value = reading.values[field];
        if (value === undefined) continue;
        const key = lineKey(reading, field);
        const flags = reading.flags?.[field];
        live.set(key, [...(live.get(key) ?? []), flags ? [reading.time, value, flags] : [reading.time, value]]);
      }
      return true;
    };
    const show = () => {
      gathering = undefined;
      setAnswer((before) => ({ ...before, live: new Map(live) }));
    };
    const ask = async () => {
      const now = fleet.now();
      const range = spanMs === undefined ? { from, to } : { from: now - spanMs, to: now };
      const { every, stepMs } = resolutionFor(range.to - range.from, intervalMs, mostPoints);
      try {
        const asked = { kind, fields, ...range, every, aggregates };
        const wheres = meant ? [...meant].map(whereOf) : [park ? { park } : {}];
        const answers = await Promise.all(wheres.map((where) => loadSeries({ ...asked, ...where }, gone.signal)));
        for (const [key, points] of live)
          live.set(
            key,
            points.filter(([time]) => time > now - 10 * 60_000),
          );
        setAnswer({
          isLoading: false,
          hasFailed: false,
          series: answers.flat(),
          live: new Map(live),
          ...range,
          stepMs,
          isAggregated: every !== undefined,
          isFollowing: spanMs !== undefined,
        });
      } catch {
        if (!gone.signal.aborted) setAnswer((before) => ({ ...before, isLoading: false, hasFailed: true }));
      }
      if (!gone.signal.aborted) timer = setTimeout(() => void ask(), Math.max(stepMs, SHORTEST_REFRESH_MS));
    };
    setAnswer((before) => ({ ...before, isLoading: true }));
    timer = setTimeout(() => void ask(), REST_MS);
    return () => {
      gone.abort();
      stop();
      clearTimeout(timer);
      clearTimeout(gathering);
    };
  }, [fleet, kind, park, places, fields, intervalMs, from, to, spanMs, mostPoints, aggregates]);
  return answer;
}

function whereOf(place: string): { readonly park: string; readonly site: string } {
  const [park = '', site = ''] = place.split('/');
  return { park, site };
}

function empty(now: number, { window, spanMs = 0, intervalMs }: SeriesWanted): SeriesAnswer {
  const [from, to] = window ?? [now - spanMs, now];
  return {
    isLoading: true,
    hasFailed: false,
    series: [],
    live: new Map(),
    from,
    to,
    stepMs: intervalMs,
    isAggregated: false,
    isFollowing: window === undefined,
  };
}
