/** Times beyond the limits of a curve, one by one: begin, end, peak, degree-minutes. */
import type { Segment } from '../analysis/stretch.ts';
import type { Limits } from '../sensors/limits.ts';

export interface Excursion {
  readonly is: 'above' | 'below';
  readonly limit: number;
  readonly from: number;
  readonly to: number;
  /** The farthest value. */
  readonly peak: number;
  /** Integral of the excess, in the unit of the value times minutes. */
  readonly degreeMinutes: number;
  readonly isCritical: boolean;
  /** Its end is that of what is known: it may have lasted longer. */
  readonly isOpen: boolean;
}

const MINUTE = 60_000;

/** Crossings lie on the straight line between two values; a gap ends an excursion, whose length is then unknown. */
export function excursionsOf(segments: readonly Segment[], limits: Limits): readonly Excursion[] {
  const { warnAbove, warnBelow, criticalAbove, criticalBelow } = limits;
  return [
    ...(warnAbove === undefined ? [] : beyond(segments, warnAbove, criticalAbove, 1)),
    ...(warnBelow === undefined ? [] : beyond(segments, warnBelow, criticalBelow, -1)),
  ].sort((one, other) => one.from - other.from);
}

/** `sign` −1 turns the curve upside down. */
function beyond(segments: readonly Segment[], limit: number, critical: number | undefined, sign: 1 | -1): Excursion[] {
  const found: { from: number; to: number; peak: number; area: number; isOpen: boolean }[] = [];
  for (const [index, { from, to, first, last }] of segments.entries()) {
    const [one, other] = [(first - limit) * sign, (last - limit) * sign];
    if (one <= 0 && other <= 0) continue;
    const share = one * other < 0 ? Math.max(one, other) / Math.abs(one - other) : 1;
    const begin = one < 0 ? to - share * (to - from) : from;
    const end = other < 0 ? from + share * (to - from) : to;
    const area = (one * other < 0 ? Math.max(one, other) / 2 : (one + other) / 2) * (end - begin);
    const peak = Math.max(one, other);
    const next = segments[index + 1];
    const isOpen = other > 0 && next?.from !== to;
    const running = found.at(-1);
    if (running !== undefined && running.to === begin && one > 0) {
      running.to = end;
      running.peak = Math.max(running.peak, peak);
      running.area += area;
      running.isOpen = isOpen;
    } else found.push({ from: begin, to: end, peak, area, isOpen });
  }
  return found.map(({ from, to, peak, area, isOpen }) => {
    const value = limit + sign * peak;
    const isCritical = critical !== undefined && (value - critical) * sign > 0;
    return {
      ...{ is: sign === 1 ? 'above' : 'below', limit, from, to, peak: value, isCritical, isOpen },
      degreeMinutes: area / MINUTE,
    };
  });
}
