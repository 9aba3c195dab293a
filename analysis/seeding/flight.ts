/** The flights of a seeding drone from its raw series: ordered samples, split into missions and sorties. */
import type { Series } from '../../store/store.ts';

export interface Sample {
  readonly time: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly isSpreading: boolean;
  /** kg/ha as reported by the spreader. */
  readonly rate: number;
  /** Metres. */
  readonly swath: number;
  readonly line?: number | undefined;
  readonly hopper?: number | undefined;
  readonly battery?: number | undefined;
  readonly fix?: number | undefined;
  readonly speed?: number | undefined;
}

/** Fields of the kind that a coverage map is drawn from. */
export const FLIGHT_FIELDS = [
  'latitude',
  'longitude',
  'spreading',
  'seeding_rate',
  'swath_width',
  'line_index',
  'hopper_weight',
  'battery_level',
  'rtk_fix',
  'ground_speed',
] as const;

/** Swath of a spreading disc if the device does not report it, metres. */
const USUAL_SWATH = 6;
/** Longer silence ends a sortie: the drone is being filled. */
const SORTIE_GAP_MS = 45_000;
/** Longer silence ends a mission. */
export const MISSION_GAP_MS = 30 * 60_000;

/** Samples with a known position; missing values are absent. */
export function samplesOf(series: readonly Series[]): readonly Sample[] {
  const byTime = new Map<number, Partial<Record<string, number>>>();
  for (const { field, points } of series) {
    for (const [time, value] of points) {
      const known = byTime.get(time) ?? {};
      known[field] = value;
      byTime.set(time, known);
    }
  }
  return [...byTime].sort(([one], [other]) => one - other).flatMap(([time, values]) => sampleOf(time, values) ?? []);
}

/** Undefined without a position. */
export function sampleOf(time: number, values: Partial<Readonly<Record<string, number>>>): Sample | undefined {
  const { latitude, longitude } = values;
  if (latitude === undefined || longitude === undefined) return undefined;
  return {
    time,
    latitude,
    longitude,
    isSpreading: values.spreading === 1,
    rate: values.seeding_rate ?? 0,
    swath: values.swath_width || USUAL_SWATH,
    line: values.line_index,
    hopper: values.hopper_weight,
    battery: values.battery_level,
    fix: values.rtk_fix,
    speed: values.ground_speed,
  };
}

export interface Mission {
  readonly from: number;
  readonly to: number;
}

/** Missions from windows with readings: close ones are one mission; newest first. */
export function missionsOf(windows: readonly number[], windowMs: number): readonly Mission[] {
  const missions: { from: number; to: number }[] = [];
  for (const time of [...windows].sort((one, other) => one - other)) {
    const last = missions.at(-1);
    if (last !== undefined && time - last.to <= MISSION_GAP_MS) last.to = time + windowMs;
    else missions.push({ from: time, to: time + windowMs });
  }
  return missions.reverse();
}

export interface Sums {
  readonly sorties: number;
  /** Seed that left the hopper, kg; refills do not count. */
  readonly seed: number;
  readonly lowestBattery?: number;
  /** Share of RTK fixed among samples with a fix code, 0…1. */
  readonly fixedShare?: number;
  readonly flyingMs: number;
}

const RTK_FIXED = 4;

export function sumsOf(samples: readonly Sample[]): Sums {
  let sorties = samples.length === 0 ? 0 : 1;
  let seed = 0;
  let flyingMs = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let coded = 0;
  let fixed = 0;
  let before: Sample | undefined;
  for (const sample of samples) {
    if (before !== undefined) {
      const span = sample.time - before.time;
      if (span > SORTIE_GAP_MS) sorties += 1;
      else flyingMs += span;
      const used = (before.hopper ?? 0) - (sample.hopper ?? before.hopper ?? 0);
      if (used > 0 && span <= SORTIE_GAP_MS) seed += used;
    }
    if (sample.battery !== undefined) lowest = Math.min(lowest, sample.battery);
    if (sample.fix !== undefined) coded += 1;
    if (sample.fix === RTK_FIXED) fixed += 1;
    before = sample;
  }
  return {
    sorties,
    seed,
    flyingMs,
    ...(Number.isFinite(lowest) && { lowestBattery: lowest }),
    ...(coded > 0 && { fixedShare: fixed / coded }),
  };
}
