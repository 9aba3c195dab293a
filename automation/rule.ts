/** A rule by which the platform switches something: on below one value, off above another, and as it is between the two. */
import { DaoyuError } from '../base/errors.ts';
import type { DeviceAddress } from '../base/topics.ts';
import type { Control, Field } from '../sensors/kind.ts';

export interface Band {
  readonly onBelow: number;
  /** Above `onBelow`: between the two nothing is switched. */
  readonly offAbove: number;
}

export interface RuleChange extends Band {
  readonly isActive: boolean;
  /** How long a person's switching stands before the rule goes on. */
  readonly overrideMinutes: number;
  /** The device that measures, of the same park; absent: the one that is switched. */
  readonly sensor?: string | undefined;
}

/** As it is kept: data with a version and an author. */
export interface Rule extends DeviceAddress, RuleChange {
  /** Name of the command, e.g. `aerator`. */
  readonly command: string;
  readonly version: number;
  readonly author: string;
  readonly changedAt: number;
  /** When somebody ended an override before its time. */
  readonly resumedAt?: number;
}

export const DEFAULT_OVERRIDE_MINUTES = 120;
const MOST_OVERRIDE_MINUTES = 24 * 60;

/** Throws `AUTOMATION_INVALID` with what would be right. */
export function checkRule(change: RuleChange, { band }: Pick<Control, 'band'>, field: Field | undefined): void {
  if (band === undefined || field === undefined) throw invalid('nothing is measured by which this could be switched');
  const { onBelow, offAbove, overrideMinutes } = change;
  const [least, most] = field.physical;
  const unit = field.symbol;
  if (!(onBelow >= least && offAbove <= most))
    throw invalid(`onBelow and offAbove must lie within ${least} to ${most} ${unit}`);
  if (!(offAbove - onBelow >= band.leastGap))
    throw invalid(
      `offAbove must be at least ${band.leastGap} ${unit} above onBelow, or it would be switched on and off all the time`,
    );
  if (!(overrideMinutes >= 1 && overrideMinutes <= MOST_OVERRIDE_MINUTES))
    throw invalid(`overrideMinutes must be 1 to ${MOST_OVERRIDE_MINUTES}, one day`);
}

const invalid = (message: string) => new DaoyuError('AUTOMATION_INVALID', message);
