/** A rule: how one reading compares with its limits, how long that must last, and what to say and do. Built from a profile, from the kind, or for every probe. */
import type { Flag } from '../sensors/flag.ts';
import type { Label } from '../sensors/label.ts';
import type { AlarmClass, Severity } from './alarm.ts';
import type { Bounds } from './envelope.ts';
import type { Code, Holds } from './fold.ts';

export interface Measured {
  /** Of a field; undefined where the reading has none. */
  value(field: string): number | undefined;
  readonly flags?: Readonly<Record<string, readonly Flag[]>> | undefined;
  /** Whether the device has sent a field at all. */
  hasSent(field: string): boolean;
  /** How low it is expected to fall before the morning (`night-forecast.ts`); undefined for a reading of the past. */
  expectedLow(field: string): number | 'day' | undefined;
  /** How far it has moved within the last hour, in its unit; undefined where it is not known, and for a reading of the past. */
  movedBy(field: string): number | undefined;
}

export interface Rule {
  readonly id: string;
  readonly class: AlarmClass;
  /** The field whose value is shown. */
  readonly field?: string;
  readonly holds: Holds;
  /** Undefined if the rule does not apply to the device, which never sent the field. */
  readonly codeOf: (measured: Measured) => Code | undefined;
  /**
   * In a reading without flags, `codeOf` is 0 when each of these fields is within its bounds, and undefined when the device never sent one of them
   * and the others are within theirs. Absent: it has to be asked.
   */
  readonly quiet?: readonly Bounds[];
  /** Whether one value is worse than another; absent if the value does not measure severity. */
  readonly isWorse?: (value: number, other: number) => boolean;
  /** Most nights have no forecast: what is unknown is noted only while its alarm is open. */
  readonly isForecast?: true;
  /** So much worse than what people were told last is told anew, while it is critical: as far as from warning to critical. */
  readonly worseBy?: number;
  readonly text: (severity: Severity, value: number | undefined) => Label;
  readonly action: Label;
  readonly profile?: { readonly name: string; readonly version: number };
  readonly source?: string;
}
