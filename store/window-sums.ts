/** One window of one field, summed from raw readings, for queries that a store's own sums cannot answer. */
import { FLAGS, type Flag, isDoubtful } from '../sensors/flag.ts';
import type { Aggregate, DoubtedWindow, Point, Quality, Series } from './store.ts';

/** A window in an answer: `values` in the order of the aggregates, empty if every value was left out. */
export interface Window {
  readonly start: number;
  readonly values: readonly number[];
  readonly used: number;
  readonly excluded: number;
  readonly flags: readonly Flag[];
}

const FLAG_NAMES = Object.keys(FLAGS) as readonly Flag[];

export class WindowSums {
  readonly #quality: Quality;
  readonly #flags = new Set<Flag>();
  #count = 0;
  #excluded = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #first = { time: Number.POSITIVE_INFINITY, value: Number.NaN };
  #last = { time: Number.NEGATIVE_INFINITY, value: Number.NaN };

  constructor(quality: Quality) {
    this.#quality = quality;
  }

  /** In any order of time. */
  add(time: number, value: number, flags: readonly Flag[] = []): void {
    for (const flag of flags) this.#flags.add(flag);
    if (this.#quality === 'good' && isDoubtful(flags)) {
      this.#excluded += 1;
      return;
    }
    this.#count += 1;
    this.#sum += value;
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (time < this.#first.time) this.#first = { time, value };
    if (time > this.#last.time) this.#last = { time, value };
  }

  /** A value that must not be used for a reason other than doubt. */
  leaveOut(): void {
    this.#excluded += 1;
  }

  window(start: number, aggregates: readonly Aggregate[]): Window {
    return {
      start,
      values: this.#count === 0 ? [] : aggregates.map((aggregate) => this.#value(aggregate)),
      used: this.#count,
      excluded: this.#excluded,
      flags: FLAG_NAMES.filter((flag) => this.#flags.has(flag)),
    };
  }

  #value(aggregate: Aggregate): number {
    switch (aggregate) {
      case 'mean':
        return this.#sum / this.#count;
      case 'sum':
        return this.#sum;
      case 'count':
        return this.#count;
      case 'min':
        return this.#min;
      case 'max':
        return this.#max;
      case 'first':
        return this.#first.value;
      case 'last':
        return this.#last.value;
    }
  }
}

/** One series per aggregate, of windows in order of time; none without windows. */
export function seriesOfWindows(
  key: Pick<Series, 'park' | 'site' | 'device' | 'field'>,
  aggregates: readonly Aggregate[],
  windows: readonly Window[],
): Series[] {
  const answered = windows.filter(({ used }) => used > 0);
  const doubted = windows
    .filter(({ used, excluded }) => used === 0 && excluded > 0)
    .map(({ start, excluded, flags }): DoubtedWindow => [start, excluded, flags]);
  if (answered.length === 0 && doubted.length === 0) return [];
  return aggregates.map((aggregate, index) => ({
    ...key,
    aggregate,
    points: answered.map(({ start, values, flags }): Point => {
      const value = values[index] ?? Number.NaN;
      return flags.length === 0 ? [start, value] : [start, value, flags];
    }),
    used: answered.map(({ used }) => used),
    excluded: answered.map(({ excluded }) => excluded),
    ...(doubted.length > 0 && { doubted }),
  }));
}
