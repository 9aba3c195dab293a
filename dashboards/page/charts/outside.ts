/** How long a value lay beyond its warning limits: on measured time, crossings interpolated, gaps counted apart and never as good. */
import type { Band } from '../../../sensors/profile.ts';
import type { Point } from '../../../store/store.ts';

export interface Outside {
  readonly outsideMs: number;
  /** Without data: between readings further apart than a gap. */
  readonly unknownMs: number;
  /** Since when it has been outside without a break until the newest point; absent when that is inside. */
  readonly since?: number;
  /** It was outside already when the points begin. */
  readonly isSinceBefore?: true;
}

type Limits = Pick<Band, 'warnBelow' | 'warnAbove'>;

export function outsideOf(points: readonly Point[], limits: Limits, gapMs: number): Outside {
  let outsideMs = 0;
  let unknownMs = 0;
  let since: number | undefined;
  let before: Point | undefined;
  let isSinceBefore = false;
  for (const point of points) {
    const isOut = isBeyond(point[1], limits);
    if (before === undefined) {
      since = isOut ? point[0] : undefined;
      isSinceBefore = isOut;
    } else {
      const wasOut = isBeyond(before[1], limits);
      const span = point[0] - before[0];
      if (span > gapMs) unknownMs += span;
      else if (isOut && wasOut) outsideMs += span;
      else if (isOut !== wasOut) {
        const crossing = crossingOf(before, point, limits);
        outsideMs += isOut ? point[0] - crossing : crossing - before[0];
        if (isOut) since = crossing;
      }
      if (span > gapMs && isOut) since = point[0];
      if (!isOut) since = undefined;
      if (!isOut || span > gapMs) isSinceBefore = false;
    }
    before = point;
  }
  return { outsideMs, unknownMs, ...(since !== undefined && { since }), ...(isSinceBefore && { isSinceBefore }) };
}

function isBeyond(value: number, { warnBelow, warnAbove }: Limits): boolean {
  return (warnBelow !== undefined && value < warnBelow) || (warnAbove !== undefined && value > warnAbove);
}

/** When the straight line between both passes the limit that the outer one is beyond. */
function crossingOf(one: Point, other: Point, { warnBelow, warnAbove }: Limits): number {
  const outer = isBeyond(one[1], { warnBelow, warnAbove } as Limits) ? one[1] : other[1];
  const limit = warnBelow !== undefined && outer < warnBelow ? warnBelow : (warnAbove ?? outer);
  const share = other[1] === one[1] ? 0 : (limit - one[1]) / (other[1] - one[1]);
  return one[0] + (other[0] - one[0]) * Math.min(1, Math.max(0, share));
}
