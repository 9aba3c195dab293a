/** Chooses the resolution for a range: raw readings if they fit, otherwise windows of a few pixels. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const LADDER: readonly (readonly [name: string, ms: number])[] = [
  ['10s', 10 * SECOND],
  ['30s', 30 * SECOND],
  ['1m', MINUTE],
  ['5m', 5 * MINUTE],
  ['10m', 10 * MINUTE],
  ['30m', 30 * MINUTE],
  ['1h', HOUR],
  ['3h', 3 * HOUR],
  ['6h', 6 * HOUR],
  ['1d', 24 * HOUR],
];

export interface Resolution {
  /** Absent: raw. */
  readonly every?: string;
  /** The step between points, ms. */
  readonly stepMs: number;
}

const MOST_RAW = 800;

export function resolutionFor(rangeMs: number, intervalMs: number, wantedPoints: number): Resolution {
  if (rangeMs / intervalMs <= Math.min(MOST_RAW, 2 * wantedPoints)) return { stepMs: intervalMs };
  const found =
    LADDER.find(([, ms]) => ms > intervalMs && rangeMs / ms <= wantedPoints) ?? (['1d', 24 * HOUR] as const);
  return { every: found[0], stepMs: found[1] };
}
