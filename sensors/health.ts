/** The four states of a device and why it is in one; worst first wherever a list is shown. */
import type { Label } from './label.ts';

export type HealthState = 'good' | 'warning' | 'critical' | 'unknown';

/** Unknown ranks above warning: an unknown value may hide anything. */
export const RANK: Readonly<Record<HealthState, number>> = { critical: 3, unknown: 2, warning: 1, good: 0 };

/** For sorting. */
export function worstFirst(one: { readonly state: HealthState }, other: { readonly state: HealthState }): number {
  return RANK[other.state] - RANK[one.state];
}

export type ReasonCode = 'no_data' | 'silent' | 'idle' | 'startup' | 'stuck' | 'spike' | 'clock' | 'low' | 'high';

export interface Reason {
  /** Absent: the whole device. */
  readonly field?: string;
  readonly code: ReasonCode;
  /** Severity of this reason alone. */
  readonly state: HealthState;
  readonly label: Label;
}

export interface Assessment {
  readonly state: HealthState;
  /** Worst first; within a state in the order of the kind's fields, primary ones first. */
  readonly reasons: readonly Reason[];
  /** Age of the newest reading by measured time; absent if there is none. A time in the future counts as 0. */
  readonly ageMs?: number;
}
