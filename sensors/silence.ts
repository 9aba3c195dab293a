/** When a device counts as silent: after three missed reports. */

export const MISSED_REPORTS = 3;

/** Readings further apart than this belong to different runs; a device whose newest reading is older is silent. */
export function silentAfterMs(intervalMs: number, atLeastMs = 0): number {
  return Math.max(MISSED_REPORTS * intervalMs, atLeastMs);
}
