/** The range of a value axis: the data, and nearby limits of every visible stage. */
import type { Limits } from '../../../sensors/limits.ts';

export function boundsOf(
  values: readonly number[],
  ...bands: readonly (Limits | undefined)[]
): readonly [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const limits = bands.flatMap(limitsOf);
  if (low > high) {
    if (limits.length === 0) return [0, 1];
    low = Math.min(...limits);
    high = Math.max(...limits);
  }
  // Noise must not look like a trend: the axis spans at least a good part of the target.
  const targets = bands.flatMap((band) => (band?.target ? [band.target[1] - band.target[0]] : []));
  const least = targets.length === 0 ? 0 : Math.min(...targets) * 0.3;
  const missing = Math.max(0, least - (high - low)) / 2;
  low -= missing;
  high += missing;
  // A limit further away than one and a half times the span of the data is left out.
  const reach = Math.max(high - low, Math.abs(high) * 0.15, 0.5) * 1.5;
  for (const limit of limits) {
    if (limit < low && low - limit <= reach) low = limit;
    if (limit > high && limit - high <= reach) high = limit;
  }
  // Means of equal values differ in their last bits.
  const isLevel = high - low <= Math.max(1, Math.abs(high)) * 1e-9;
  const margin = isLevel ? Math.max(Math.abs(high) * 0.05, 0.5) : (high - low) * 0.08;
  // A quantity that cannot be negative has no axis below zero.
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin];
}

export function limitsOf(band: Limits | undefined): readonly number[] {
  if (band === undefined) return [];
  const { target, warnBelow, warnAbove, criticalBelow, criticalAbove } = band;
  return [target?.[0], target?.[1], warnBelow, warnAbove, criticalBelow, criticalAbove].filter(
    (limit) => limit !== undefined,
  );
}
