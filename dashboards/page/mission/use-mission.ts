/** The missions of a drone's ground station and all records of one; polled during the flight. */
import { useEffect, useState } from 'preact/hooks';
import { FLIGHT_FIELDS, type Mission, missionsOf, type Sample, samplesOf } from '../../../analysis/seeding/flight.ts';
import type { Kind } from '../../../sensors/kind.ts';
import { loadSeries } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceInfo } from '../feed/catalog.ts';

export interface MissionAnswer {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** Newest first. */
  readonly missions: readonly Mission[];
  readonly shown?: Mission | undefined;
  readonly samples: readonly Sample[];
}

const LOOK_BACK_MS = 30 * 86_400_000;
const WINDOW_MS = 10 * 60_000;
const REFRESH_MS = 15_000;
/** Of a longer one only the end is loaded: no drone flies that long. */
const LONGEST_MS = 12 * 3_600_000;

/** A kind that works in missions and knows where it is. */
export const fliesMissions = (kind: Kind) =>
  kind.isIntermittent === true &&
  ['latitude', 'longitude'].every((name) => kind.fields.some((field) => field.name === name));

export function useMission(kind: Kind, { park, site, device }: DeviceInfo, wanted: number | undefined): MissionAnswer {
  const { fleet } = useAppContext();
  const [answer, setAnswer] = useState<MissionAnswer>({ phase: 'loading', missions: [], samples: [] });
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        const found = await load(kind, { park, site, device }, wanted, fleet.now(), gone.signal);
        setAnswer(found);
      } catch {
        if (!gone.signal.aborted) setAnswer((before) => ({ ...before, phase: before.shown ? before.phase : 'failed' }));
      }
      if (!gone.signal.aborted) timer = setTimeout(() => void ask(), REFRESH_MS);
    };
    void ask();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [fleet, kind, park, site, device, wanted]);
  return answer;
}

async function load(
  kind: Kind,
  { park, site, device }: Pick<DeviceInfo, 'park' | 'site' | 'device'>,
  wanted: number | undefined,
  now: number,
  signal: AbortSignal,
): Promise<MissionAnswer> {
  const of = { kind: kind.name, park, site };
  const ours = (series: { readonly device: string }) => series.device === device;
  const seen = await loadSeries(
    { ...of, fields: ['latitude'], from: now - LOOK_BACK_MS, to: now, every: '10m', aggregates: ['last'] },
    signal,
  );
  const windows = seen.filter(ours).flatMap(({ points }) => points.map(([time]) => time));
  const missions = missionsOf(windows, WINDOW_MS);
  const shown = missions.find(({ from }) => from === wanted) ?? missions[0];
  if (shown === undefined) return { phase: 'ready', missions, samples: [] };
  const fields = FLIGHT_FIELDS.filter((name) => kind.fields.some((field) => field.name === name));
  const series = await loadSeries(
    { ...of, fields, from: Math.max(shown.from, shown.to - LONGEST_MS), to: shown.to },
    signal,
  );
  return { phase: 'ready', missions, shown, samples: samplesOf(series.filter(ours)) };
}
