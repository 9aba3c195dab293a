/** Series as columns over one time axis, with null where a line must break at a gap. */
import type { Flag } from '../../../sensors/flag.ts';
import type { Point } from '../../../store/store.ts';

/** More than three steps without a point is a gap. */
export const MISSED_STEPS = 3;

export interface Columns {
  /** Epoch seconds, as the chart library wants them. */
  readonly times: number[];
  readonly values: (number | null | undefined)[][];
  /** Flags of each series by index of time. */
  readonly flags: readonly ReadonlyMap<number, readonly Flag[]>[];
}

/** `undefined` means that only another series has a point there, and the line continues; `null` breaks it. */
export function columnsOf(series: readonly (readonly Point[])[], stepMs: number): Columns {
  const withGaps = series.map((points) => gapped(points, stepMs * MISSED_STEPS));
  const times = [...new Set(withGaps.flatMap((points) => points.map(([time]) => time)))].sort((a, b) => a - b);
  const indexOf = new Map(times.map((time, index) => [time, index]));
  const flags: Map<number, readonly Flag[]>[] = [];
  const values = withGaps.map((points) => {
    const column: (number | null | undefined)[] = new Array(times.length).fill(undefined);
    const flagged = new Map<number, readonly Flag[]>();
    for (const [time, value, doubts] of points) {
      const index = indexOf.get(time) ?? 0;
      column[index] = value;
      if (doubts !== undefined && doubts.length > 0) flagged.set(index, doubts);
    }
    flags.push(flagged);
    return column;
  });
  return { times: times.map((time) => time / 1000), values, flags };
}

type Gapped = readonly [time: number, value: number | null, flags?: readonly Flag[]];

function gapped(points: readonly Point[], longestMs: number): Gapped[] {
  const out: Gapped[] = [];
  let before: number | undefined;
  for (const point of points) {
    if (before !== undefined && point[0] - before > longestMs) out.push([before + 1, null]);
    out.push(point as Gapped);
    before = point[0];
  }
  return out;
}

/** Times of columns are in seconds, as the chart library requires. */
export const msAt = (seconds: number | undefined): number => Math.round((seconds ?? 0) * 1000);
