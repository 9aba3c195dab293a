/** A series as corrected, and the windows of a field out of a store's answer. */
import type { Aggregate, Series } from '../store/store.ts';
import type { Window } from '../store/window-sums.ts';

export interface CorrectedSeries extends Series {
  /** Ids of the corrections that apply; absent: none. */
  readonly corrections?: readonly string[];
  /** Starts of windows left uncorrected, because retention has removed their raw readings. */
  readonly uncorrected?: readonly number[];
}

/** There is one series per aggregate. */
export function windowsOf(group: readonly Series[], aggregates: readonly Aggregate[]): Map<number, Window> {
  const [first] = group;
  const byAggregate = new Map(group.map((series) => [series.aggregate, series]));
  const windows = new Map<number, Window>();
  for (const [index, [start, , flags = []]] of (first?.points ?? []).entries())
    windows.set(start, {
      start,
      values: aggregates.map((aggregate) => byAggregate.get(aggregate)?.points[index]?.[1] ?? Number.NaN),
      used: first?.used?.[index] ?? 0,
      excluded: first?.excluded?.[index] ?? 0,
      flags,
    });
  for (const [start, excluded, flags] of first?.doubted ?? [])
    windows.set(start, { start, values: [], used: 0, excluded, flags });
  return windows;
}
