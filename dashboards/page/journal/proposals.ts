/** Corrections that follow from calibrations: what a probe was off by at its calibration grew since it was last set right. */
import type { Correction, FarmEvent } from '../feed/journal.ts';

export interface Proposal {
  readonly device: string;
  readonly field: string;
  /** From the calibration or cleaning before, or absent where none was logged. */
  readonly from?: number;
  readonly to: number;
  /** Reading in the standard less the standard, at the end; 0 at the beginning. */
  readonly endError: number;
}

const SETS_RIGHT = ['calibration', 'cleaning'];

/** Those that nobody has followed yet, newest first. */
export function proposalsOf(events: readonly FarmEvent[], corrections: readonly Correction[]): readonly Proposal[] {
  return events
    .flatMap((event): Proposal[] => {
      const { device, kind, at, values } = event;
      const { standard, reading, field } = values;
      if (kind !== 'calibration' || device === undefined || typeof field !== 'string') return [];
      if (typeof standard !== 'number' || typeof reading !== 'number' || standard === reading) return [];
      const isFollowed = corrections.some(
        (each) => each.device === device && each.field === field && each.at < at && at <= each.until,
      );
      if (isFollowed) return [];
      const before = events.filter((each) => each.device === device && SETS_RIGHT.includes(each.kind) && each.at < at);
      const from = Math.max(...before.map((each) => each.at));
      const endError = Number((reading - standard).toPrecision(10));
      return [{ device, field, ...(before.length > 0 && { from }), to: at, endError }];
    })
    .sort((one, other) => other.to - one.to);
}
