/** The refusal of a query whose answer would be too large; suggests a window that fits. */
import { DaoyuError } from '../base/errors.ts';
import type { SeriesQuery } from './store.ts';
import { coarserEvery } from './window.ts';

export function tooLarge({ from, to, maxPoints, fields, aggregates }: SeriesQuery, devices = 1): DaoyuError {
  const series = Math.max(1, devices) * fields.length * Math.max(1, aggregates.length);
  const every = coarserEvery(to - from, maxPoints / series);
  return new DaoyuError(
    'QUERY_TOO_LARGE',
    `the answer would have more than ${maxPoints} points; ask with every=${every} or coarser, for fewer devices or fields, or for a shorter time`,
  );
}
