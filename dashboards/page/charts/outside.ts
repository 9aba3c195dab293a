/** Time that a value spent beyond its warning limits: by measured time, crossings interpolated, gaps counted separately and never as good. */
import type { Band } from '../../../sensors/profile.ts';
import type { Point } from '../../../store/store.ts';

export interface Outside {
  readonly outsideMs: number;
  /** Time without data, between readings further apart than a gap. */
  readonly unknownMs: number;
  /** Start of the current time outside; absent if the newest point is inside. */
  readonly since?: number;
  /** It was already outside at the first point. */
  readonly isSinceBefore?: true;
}

type Limits = Pick<Band, 'warnBelow' | 'warnAbove'>;

/** Limits within a time range; without limits nothing is outside. */
export interface LimitSpell {
  readonly from: number;
  readonly to: number;
  readonly band?: Limits;
}

/** `holdsUntil`: end of the newest point if it is a window, whose successor does not exist yet. */
export function outsideOf(
  points: readonly Point[],
  spells: readonly LimitSpell[],
  gapMs: number,
  holdsUntil?: number,
): Outside {
  const last = points.at(-1);
  if (last !== undefined && holdsUntil !== undefined && holdsUntil > last[0]) {
    return outsideOf([...points, [holdsUntil, last[1]]], spells, Math.max(gapMs, holdsUntil - last[0]));
  }
  let outsideMs = 0;
  let unknownMs = 0;
  const first = points[0];
  let isSinceBefore = first !== undefined && isBeyond(first[1], limitsAt(spells, first[0]));
  let since = isSinceBefore ? first?.[0] : undefined;
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined) continue;
    if (point[0] - before[0] > gapMs) {
      unknownMs += point[0] - before[0];
      isSinceBefore = false;
      since = isBeyond(point[1], limitsAt(spells, point[0])) ? point[0] : undefined;
      continue;
    }
    for (const { from, to, limits } of piecesOf(before, point, spells)) {
      const [wasOut, isOut] = [isBeyond(from[1], limits), isBeyond(to[1], limits)];
      // When limits change, it may be outside, or inside, from one moment to the next.
      if (!wasOut) since = undefined;
      else since ??= from[0];
      if (wasOut && isOut) outsideMs += to[0] - from[0];
      if (wasOut !== isOut) {
        const crossing = crossingOf(from, to, limits);
        outsideMs += isOut ? to[0] - crossing : crossing - from[0];
        since = isOut ? crossing : undefined;
      }
      if (since === undefined || !wasOut) isSinceBefore = false;
    }
  }
  // The limits may have changed with the newest point.
  if (last !== undefined && !isBeyond(last[1], limitsAt(spells, last[0]))) since = undefined;
  return {
    outsideMs,
    unknownMs,
    ...(since !== undefined && { since, ...(isSinceBefore && { isSinceBefore }) }),
  };
}

interface Piece {
  readonly from: Point;
  readonly to: Point;
  readonly limits: Limits;
}

/** The line between two points, cut where the limits change. */
function piecesOf(before: Point, point: Point, spells: readonly LimitSpell[]): readonly Piece[] {
  const pieces: Piece[] = [];
  const at = (time: number): Point => {
    const share = (time - before[0]) / (point[0] - before[0]);
    return [time, before[1] + (point[1] - before[1]) * share];
  };
  for (const { from, to, band = {} } of spells) {
    if (from >= point[0] || to <= before[0]) continue;
    pieces.push({
      from: from <= before[0] ? before : at(from),
      to: to >= point[0] ? point : at(to),
      limits: band,
    });
  }
  return pieces;
}

function limitsAt(spells: readonly LimitSpell[], time: number): Limits {
  return spells.find(({ from, to }) => time >= from && time < to)?.band ?? {};
}

function isBeyond(value: number, { warnBelow, warnAbove }: Limits): boolean {
  return (warnBelow !== undefined && value < warnBelow) || (warnAbove !== undefined && value > warnAbove);
}

/** When the straight line between both crosses the limit. */
function crossingOf(one: Point, other: Point, limits: Limits): number {
  const { warnBelow, warnAbove } = limits;
  const outer = isBeyond(one[1], limits) ? one[1] : other[1];
  const limit = warnBelow !== undefined && outer < warnBelow ? warnBelow : (warnAbove ?? outer);
  const share = other[1] === one[1] ? 0 : (limit - one[1]) / (other[1] - one[1]);
  return one[0] + (other[0] - one[0]) * Math.min(1, Math.max(0, share));
}
