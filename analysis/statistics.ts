/** Statistics of one field over a window: what aggregates of a store cannot answer, the same over every store. */
import { DaoyuError } from '../base/errors.ts';
import { above, below, greatest, least, lengthOf, lines, type Stretch } from './stretch.ts';

export const STATISTICS = [
  ...['mean', 'median', 'min', 'max', 'min_at', 'max_at', 'stdev', 'count'],
  ...['hours_below', 'hours_above'],
] as const;

const PERCENTILE = /^p(\d{1,2}(?:\.\d{1,2})?|100)$/;

export interface StatisticsQuestion {
  readonly field: string;
  /** Of `STATISTICS`, or p5, p97.5… */
  readonly names: readonly string[];
  /** For hours below and above. */
  readonly limit?: number | undefined;
  readonly intervalMs: number;
}

export interface Statistics {
  /** By name; none where nothing was measured. Times as epoch ms, hours as hours of known time. */
  readonly values: Readonly<Record<string, number>>;
  /** Of the window, the time between values that are two and a half intervals apart at most. */
  readonly knownMs: number;
}

/** Throws `AGGREGATE_UNKNOWN`. */
export function statisticsNamed(text: string): readonly string[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))];
  const unknown = names.filter((name) => !STATISTICS.some((each) => each === name) && !PERCENTILE.test(name));
  if (unknown.length === 0) return names;
  throw new DaoyuError(
    'AGGREGATE_UNKNOWN',
    `stats "${unknown.join(', ')}" must be of ${STATISTICS.join(', ')}, or percentiles such as p5, p90, p97.5`,
  );
}

export const needsLimit = (names: readonly string[]) =>
  names.some((name) => name === 'hours_below' || name === 'hours_above');

export function statisticsOf(stretch: Stretch, { field, names, limit, intervalMs }: StatisticsQuestion): Statistics {
  const sorted = stretch.inside.map(({ values }) => values[field] ?? Number.NaN).sort((one, other) => one - other);
  const knownMs = lengthOf(lines(stretch, field, intervalMs));
  const found: Record<string, number> = {};
  for (const name of names) {
    const value = sorted.length === 0 ? undefined : one(name);
    if (value !== undefined) found[name] = value;
  }
  return { values: found, knownMs };

  function one(name: string): number | undefined {
    const percent = PERCENTILE.exec(name)?.[1];
    if (percent !== undefined) return percentile(sorted, Number(percent));
    switch (name) {
      case 'count':
        return sorted.length;
      case 'mean':
        return meanOf(sorted);
      case 'median':
        return percentile(sorted, 50);
      case 'min':
        return sorted[0];
      case 'max':
        return sorted.at(-1);
      case 'min_at':
        return least(stretch, field)?.time;
      case 'max_at':
        return greatest(stretch, field)?.time;
      case 'stdev':
        return deviationOf(sorted);
      case 'hours_below':
        return below(lines(stretch, field, intervalMs), limit ?? Number.NaN).ms / HOUR;
      case 'hours_above':
        return above(lines(stretch, field, intervalMs), limit ?? Number.NaN).ms / HOUR;
    }
    return undefined;
  }
}

const HOUR = 3_600_000;

/** Between the two nearest ranks on a straight line: Hyndman & Fan 1996, type 7, as numpy, R and Excel (PERCENTILE.INC) have it. */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = (percent / 100) * (sorted.length - 1);
  const [low, high] = [Math.floor(rank), Math.ceil(rank)];
  const [one = Number.NaN, other = Number.NaN] = [sorted[low], sorted[high]];
  return one + (rank - low) * (other - one);
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample: n − 1. */
function deviationOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
