/** What an examination says of a device: a verdict for each known mistake, with what was seen, what it costs and what to change. */
import type { Label } from '../sensors/label.ts';

/** `unseen`: there was no occasion to tell. */
export const VERDICTS = ['ok', 'warning', 'fail', 'unseen'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const STATES = ['running', 'finished', 'stopped', 'interrupted'] as const;

export interface Check {
  /** Stable, documented in docs/doctor.md. */
  readonly code: string;
  readonly title: Label;
  readonly verdict: Verdict;
  /** What was seen: counts, times, an example. */
  readonly evidence?: Label;
  /** Of a warning or failure. */
  readonly costs?: Label;
  readonly change?: Label;
}

/** What was seen of the device, for the head of a report. */
export interface Sum {
  readonly connections: number;
  readonly publishes: number;
  readonly readings: number;
  readonly acknowledged: number;
  readonly resent: number;
  readonly protocols: readonly string[];
  readonly transports: readonly string[];
}

export interface Report {
  readonly id: string;
  readonly park: string;
  readonly device: string;
  readonly state: (typeof STATES)[number];
  /** Provokes the device, too. */
  readonly isActive: boolean;
  /** What is being done to the device now. */
  readonly step?: Label;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endsAt: number;
  /** Of these words. */
  readonly updatedAt: number;
  /** Who asked. */
  readonly by: string;
  readonly result: Verdict;
  readonly sum: Sum;
  readonly checks: readonly Check[];
  /** SHA-256 of the report without it, once it has ended: two certificates with the same digest say the same. */
  readonly digest?: string;
}

/** A device of which nothing was published is not judged: `unseen`. */
export function resultOf(checks: readonly Check[], publishes: number): Verdict {
  const verdicts = new Set(checks.map(({ verdict }) => verdict));
  if (verdicts.has('fail')) return 'fail';
  if (publishes === 0) return 'unseen';
  return verdicts.has('warning') ? 'warning' : 'ok';
}
