/** Loads the series of a view's charts, reloads when the range changes, and appends live readings. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { siteKey } from '../../../base/keys.ts';
import type { Reading } from '../../../sensors/reading.ts';
import type { Aggregate, Point } from '../../../store/store.ts';
import { type LoadedSeries, loadSeries } from '../feed/api.ts';
import type { Fleet } from '../feed/fleet.ts';
import { resolutionFor } from '../feed/resolution.ts';

export interface SeriesAnswer {
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
  readonly series: readonly LoadedSeries[];
  /** Live points since then, by `park/device/field`. */
  readonly live: ReadonlyMap<string, readonly Point[]>;
  /** The requested range. */
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
  /** `park/site` of each site; absent: all of the kind. Compared by content, so it may be a new array. */
  readonly places?: readonly string[];
  readonly fields: readonly string[];
  /** Fields that are asked for a second time, as they came: those that a correction touches. Compared by content. */
  readonly rawFields?: readonly string[];
  /** Of windows; a single one where many sites are shown. */
  readonly aggregates?: readonly Aggregate[];
  readonly intervalMs: number;
  /** Approximate limit of points per line; raw readings are used as long as they are fewer. */
  readonly mostPoints?: number;
  readonly window?: readonly [from: number, to: number] | undefined;
  readonly spanMs?: number | undefined;
}

export const lineKey = (of: { readonly park: string; readonly device: string }, field: string) =>
  `${of.park}/${of.device}/${field}`;

/** Zooming by wheel queries once, when it stops. */
const REST_MS = 120;
const SHORTEST_REFRESH_MS = 30_000;
/** Windows of a season hardly change, but live points are kept in memory until history is loaded again. */
const LONGEST_REFRESH_MS = 5 * 60_000;
/** Late readings are in the store by then; more follow, so a long range waits longer. */
const STALE_MS = 3000;
const STALE_SHARE = 1 / 20;
const RETRY_MS = 5000;
const GATHER_MS = 500;
/** By then a reading is in the store, and part of the history. */
const LIVE_KEPT_MS = 10 * 60_000;
/** Added to the end of the range, for devices whose clock is ahead. */
const AHEAD_MS = 60_000;
const ENVELOPE: readonly Aggregate[] = ['mean', 'min', 'max', 'sum'];

export function useSeries(wanted: SeriesWanted): SeriesAnswer {
  const { fleet, kind, park, fields, intervalMs, window, spanMs, aggregates = ENVELOPE } = wanted;
  const mostPoints = wanted.mostPoints ?? (innerWidth < 700 ? 300 : 600);
  const places = wanted.places?.join(',');
  const rawFields = wanted.rawFields?.join(',') ?? '';
  const [from, to] = window ?? [0, 0];
  const [answer, setAnswer] = useState<SeriesAnswer>(() => empty(fleet.now(), wanted));
  const live = useLive({ fleet, kind, park, places, fields }, (points) =>
    setAnswer((before) => ({ ...before, live: points })),
  );
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStale = false;
    let isAsking = false;
    const rangeAt = (now: number) => {
      const range = spanMs === undefined ? { from, to } : { from: now - spanMs, to: now };
      return { ...range, ...resolutionFor(range.to - range.from, intervalMs, mostPoints) };
    };
    const soon = () => Math.max(STALE_MS, rangeAt(fleet.now()).stepMs * STALE_SHARE);
    const askIn = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void ask(), ms);
    };
    const stop = fleet.onStale((stale) => {
      if (isStale || (stale !== undefined && stale !== kind)) return;
      isStale = true;
      if (!isAsking) askIn(soon());
    });
    const ask = async () => {
      isStale = false;
      isAsking = true;
      const now = fleet.now();
      const { every, stepMs, ...range } = rangeAt(now);
      let rest = Math.min(LONGEST_REFRESH_MS, Math.max(stepMs, SHORTEST_REFRESH_MS));
      try {
        const end = spanMs === undefined ? range.to : range.to + AHEAD_MS;
        const asked = { kind, fields, from: range.from, to: end, every, aggregates };
        const wheres = places === undefined ? [park ? { park } : {}] : places.split(',').map(whereOf);
        const raw = { ...asked, fields: rawFields.split(','), values: 'raw' } as const;
        const wants = wheres.flatMap((where) => [
          { ...asked, ...where },
          ...(rawFields === '' ? [] : [{ ...raw, ...where }]),
        ]);
        const answers = await Promise.all(wants.map((want) => loadSeries(want, gone.signal)));
        setAnswer({
          isLoading: false,
          hasFailed: false,
          series: answers.flat(),
          live: live.since(now - LIVE_KEPT_MS),
          ...range,
          stepMs,
          isAggregated: every !== undefined,
          isFollowing: spanMs !== undefined,
        });
      } catch {
        rest = RETRY_MS;
        if (!gone.signal.aborted) setAnswer((before) => ({ ...before, isLoading: false, hasFailed: true }));
      }
      isAsking = false;
      if (!gone.signal.aborted) askIn(isStale ? soon() : rest);
    };
    // The axis moves at once; present points stay until the finer or wider ones have arrived.
    const { from: begin, to: end } = rangeAt(fleet.now());
    setAnswer((before) => ({ ...before, isLoading: true, from: begin, to: end, isFollowing: spanMs !== undefined }));
    askIn(REST_MS);
    return () => {
      gone.abort();
      stop();
      clearTimeout(timer);
    };
  }, [fleet, kind, park, places, fields, rawFields, intervalMs, from, to, spanMs, mostPoints, aggregates]);
  return answer;
}

type Listened = Pick<SeriesWanted, 'fleet' | 'kind' | 'park' | 'fields'> & { readonly places: string | undefined };
type LivePoints = ReadonlyMap<string, readonly Point[]>;

/** Collects live readings for any range. It listens before history is requested, so that no reading is missed in between. */
function useLive({ fleet, kind, park, places, fields }: Listened, onPoints: (points: LivePoints) => void) {
  const points = useRef(new Map<string, Point[]>());
  useEffect(() => {
    points.current = new Map();
    const meant = places === undefined ? undefined : new Set(places.split(','));
    let gathering: ReturnType<typeof setTimeout> | undefined;
    const isOurs = (reading: Reading) =>
      reading.kind === kind &&
      (!park || reading.park === park) &&
      (!meant || meant.has(siteKey(reading.park, reading.site)));
    const take = (reading: Reading) => {
      for (const field of fields) {
        const value = reading.values[field];
        if (value === undefined) continue;
        const key = lineKey(reading, field);
        const flags = reading.flags?.[field];
        const point: Point = flags ? [reading.time, value, flags] : [reading.time, value];
        points.current.set(key, [...(points.current.get(key) ?? []), point]);
      }
    };
    const show = () => {
      gathering = undefined;
      onPoints(new Map(points.current));
    };
    const stop = fleet.onReadings((readings) => {
      const ours = readings.filter(isOurs);
      for (const reading of ours) take(reading);
      if (ours.length > 0) gathering ??= setTimeout(show, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(gathering);
    };
  }, [fleet, kind, park, places, fields]);
  return {
    since(oldest: number): LivePoints {
      for (const [key, all] of points.current)
        points.current.set(
          key,
          all.filter(([time]) => time > oldest),
        );
      return new Map(points.current);
    },
  };
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
