/** The series behind a site's charts: asked again when the range changes, and kept up to date by what comes live. */
import { useEffect, useState } from 'preact/hooks';
import type { Reading } from '../../../sensors/reading.ts';
import type { Point, Series } from '../../../store/store.ts';
import { loadSeries } from '../feed/api.ts';
import type { Fleet } from '../feed/fleet.ts';
import { resolutionFor } from '../feed/resolution.ts';

export interface SeriesAnswer {
  readonly isLoading: boolean;
  readonly hasFailed: boolean;
  readonly series: readonly Series[];
  /** What came since, by `device/field`. */
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
  readonly park: string;
  readonly site: string;
  readonly fields: readonly string[];
  readonly intervalMs: number;
  readonly window?: readonly [from: number, to: number];
  readonly spanMs?: number;
}

/** A zoom by wheel asks once, when it rests. */
const REST_MS = 120;
const SHORTEST_REFRESH_MS = 30_000;
const GATHER_MS = 500;

export function useSiteSeries(wanted: SeriesWanted): SeriesAnswer {
  const { fleet, kind, park, site, fields, intervalMs, window, spanMs } = wanted;
  const [from, to] = window ?? [0, 0];
  const [answer, setAnswer] = useState<SeriesAnswer>(() => empty(fleet.now(), wanted));
  useEffect(() => {
    const gone = new AbortController();
    const live = new Map<string, Point[]>();
    let timer: ReturnType<typeof setTimeout>;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    // Listens before it asks: what is measured meanwhile is in one of both.
    const stop = fleet.onReadings((readings) => {
      let isOurs = false;
      for (const reading of readings) isOurs = take(reading) || isOurs;
      if (isOurs) gathering ??= setTimeout(show, GATHER_MS);
    });
    const take = (reading: Reading): boolean => {
      if (reading.park !== park || reading.site !== site || reading.kind !== kind) return false;
      for (const field of fields) {
        const value = reading.values[field];
        if (value === undefined) continue;
        const key = `${reading.device}/${field}`;
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
      const { every, stepMs } = resolutionFor(range.to - range.from, intervalMs, innerWidth < 700 ? 300 : 600);
      try {
        const series = await loadSeries(
          { kind, park, site, fields, ...range, every, aggregates: ['mean', 'min', 'max'] },
          gone.signal,
        );
        for (const [key, points] of live)
          live.set(
            key,
            points.filter(([time]) => time > now - 10 * 60_000),
          );
        setAnswer({
          isLoading: false,
          hasFailed: false,
          series,
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
  }, [fleet, kind, park, site, fields, intervalMs, from, to, spanMs]);
  return answer;
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
