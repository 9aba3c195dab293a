/** Joins history and live points without a gap or a repeated point. */
import type { Point } from '../../../store/store.ts';

/** Raw history: by measured time, the stored point wins. */
export function joinedRaw(history: readonly Point[], live: readonly Point[]): readonly Point[] {
  if (live.length === 0) return history;
  const times = new Set(history.map(([time]) => time));
  const added = live.filter(([time]) => !times.has(time) && times.add(time));
  if (added.length === 0) return history;
  return [...history, ...added].sort((one, other) => one[0] - other[0]);
}

/** Windows of history, followed by live points after the end of the last window; earlier ones are in a window, or will be when it is loaded again. */
export function joinedWindows(history: readonly Point[], live: readonly Point[], stepMs: number): readonly Point[] {
  const last = history.at(-1);
  const end = last === undefined ? Number.NEGATIVE_INFINITY : last[0] + stepMs;
  const seen = new Set<number>();
  const added = live
    .filter(([time]) => {
      if (time < end || seen.has(time)) return false;
      seen.add(time);
      return true;
    })
    .sort((one, other) => one[0] - other[0]);
  return added.length === 0 ? history : [...history, ...added];
}
