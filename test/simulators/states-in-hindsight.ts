/** The state of a device at any time of a run that lies in the past, judged from what the platform stored as it judges what is newest. */
import { assess, type LatestValues } from '../../sensors/assess.ts';
import type { Flag } from '../../sensors/flag.ts';
import type { Assessment } from '../../sensors/health.ts';
import type { Profile } from '../../sensors/profile.ts';
import { profileAt, type Season } from '../../sensors/stages.ts';
import type { Point } from '../../store/store.ts';
import type { RunningPlatform } from '../running-platform.ts';
import type { Record as TruthOf } from './run-scenario.ts';

export interface States {
  /** Catching up, a device of the demo measures as often as its kind says. */
  readonly intervalMs: number;
  readonly first: number;
  readonly last: number;
  at(time: number): Assessment;
  /** Measured time of the newest stored reading by then. */
  newestBefore(time: number): number;
  /** Measured time of the first stored value of a field from then on. */
  firstFrom(time: number, field: string): number;
  /** Of the site's profile; -Infinity without one. */
  criticalBelow(field: string): number;
}

interface Places {
  readonly sites: readonly (Season & { readonly park: string; readonly id: string })[];
  readonly profiles: readonly Profile[];
}

export async function statesOf(
  { get, platform }: Pick<RunningPlatform, 'get' | 'platform'>,
  { device, kind: name, site }: TruthOf<'device'>,
): Promise<States> {
  const kind = platform.kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  const [park, id] = device.split('.');
  const fields = kind.fields.map((field) => field.name);
  const [{ series }, places] = await Promise.all([
    get<{ readonly series: readonly { readonly field: string; readonly points: readonly Point[] }[] }>(
      `/api/v1/series?kind=${name}&park=${park}&device=${id}&fields=${fields.join()}&from=-30d`,
    ),
    get<Places>('/api/v1/parks'),
  ]);
  const season = places.sites.find((each) => each.park === park && each.id === site);
  const profileOf = (time: number) =>
    places.profiles.find((each) => season !== undefined && each.name === profileAt(season, time));
  const times = [...new Set(series.flatMap(({ points }) => points.map(([time]) => time)))].sort((a, b) => a - b);

  function newestBefore(time: number): number {
    return times.findLast((each) => each <= time) ?? Number.NEGATIVE_INFINITY;
  }

  function latestAt(time: number): LatestValues | undefined {
    const newest = newestBefore(time);
    if (!Number.isFinite(newest)) return undefined;
    const values: Record<string, number> = {};
    const flags: Record<string, readonly Flag[]> = {};
    const olderFields: Record<string, number> = {};
    for (const { field, points } of series) {
      const point = points.findLast(([each]) => each <= time);
      if (point === undefined) continue;
      values[field] = point[1];
      if (point[2] !== undefined) flags[field] = point[2];
      if (point[0] !== newest) olderFields[field] = point[0];
    }
    return { time: newest, values, flags: flags as Record<string, Flag[]>, olderFields };
  }

  return {
    intervalMs: kind.intervalMs,
    first: times[0] ?? 0,
    last: times.at(-1) ?? 0,
    at: (now) => assess({ kind, profile: profileOf(now), intervalMs: kind.intervalMs, now, latest: latestAt(now) }),
    newestBefore,
    firstFrom: (time, name) =>
      series.find(({ field }) => field === name)?.points.find(([each]) => each >= time)?.[0] ??
      Number.POSITIVE_INFINITY,
    criticalBelow: (field) =>
      profileOf(times.at(-1) ?? 0)?.bands.find((band) => band.field === field)?.criticalBelow ??
      Number.NEGATIVE_INFINITY,
  };
}
