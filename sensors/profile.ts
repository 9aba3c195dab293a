/** A named, versioned set of thresholds for a site: data owned by the county's experts, not code. */
import type { Label } from './label.ts';

export interface Band {
  readonly field: string;
  /** Target band, drawn behind the curve. */
  readonly target?: readonly [low: number, high: number];
  /** Beyond these the state is `warning` or `critical`. */
  readonly warnBelow?: number;
  readonly warnAbove?: number;
  readonly criticalBelow?: number;
  readonly criticalAbove?: number;
  /** A boolean field of the kind: the band counts only while it is 1 (a seeding rate while `spreading`). */
  readonly onlyWhile?: string;
  /** How long it must last before an alarm opens, minutes of measured time. */
  readonly holdMinutes?: { readonly warning: number; readonly critical: number };
  /** How far inside a limit a value must be to be clear of it, in the field's unit; absent: a quarter of the way from warning to critical. */
  readonly deadBand?: number;
  /** How long a value must stay clear before its alarm ends, minutes of measured time; default 15. */
  readonly clearMinutes?: number;
  /** Where the numbers come from. */
  readonly source: string;
}

export interface Profile {
  readonly name: string;
  readonly label: Label;
  readonly version: number;
  /** RFC 3339 date from which it is valid. */
  readonly effective: string;
  readonly author: string;
  readonly kinds: readonly string[];
  readonly bands: readonly Band[];
}
