/** How much of each window was measured, so that one knows what a mean over a day with an outage is worth. */
import { COMPLETE_FROM } from '../sensors/expected.ts';
import type { Every, Series } from '../store/store.ts';
import { windowEnd } from '../store/window.ts';

export interface CoverageOptions {
  readonly every: Every;
  readonly from: number;
  readonly to: number;
  readonly now: number;
  /** How often a value is expected, ms. */
  readonly intervalMs: number;
}

export interface Coverage {
  /** One per point, 0…1: good values as a share of those expected in the part of the window that was requested and is past. */
  readonly coverage: readonly number[];
  /** Starts of windows that are incomplete. */
  readonly incomplete: readonly number[];
}

export function coverageOf({ points, used = [], doubted = [] }: Series, options: CoverageOptions): Coverage {
  const shares = points.map(([start], index) => ({ start, ...shareOf(start, used[index] ?? 0, options) }));
  const incomplete = [
    ...shares.filter(({ isIncomplete }) => isIncomplete).map(({ start }) => start),
    ...doubted.map(([start]) => start),
  ];
  return { coverage: shares.map(({ share }) => share), incomplete: incomplete.sort((a, b) => a - b) };
}

function shareOf(
  start: number,
  used: number,
  { every, from, to, now, intervalMs }: CoverageOptions,
): { readonly share: number; readonly isIncomplete: boolean } {
  const lengthMs = Math.min(windowEnd(start, every), to, Math.max(now, start)) - Math.max(start, from);
  const expected = Math.max(1, Math.floor(lengthMs / intervalMs));
  const share = Math.min(1, Math.round((used / expected) * 1000) / 1000);
  // A reading slightly early or late falls into the neighbouring window: one missing value is not a gap.
  return { share, isIncomplete: share < COMPLETE_FROM && expected - used > 1 };
}
