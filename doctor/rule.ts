/** One known mistake: a file in `rules/`, its words and how it is recognised in what was seen. */
import type { Label } from '../sensors/label.ts';
import type { Facts } from './facts.ts';
import type { Verdict } from './report.ts';

export interface Finding {
  readonly verdict: Verdict;
  readonly evidence?: Label;
}

export interface Rule {
  readonly code: string;
  /** What is checked. */
  readonly title: Label;
  readonly costs: Label;
  readonly change: Label;
  /** Needs what only an active examination does. */
  readonly isActive?: boolean;
  judge(facts: Facts): Finding;
}

export const unseen: Finding = { verdict: 'unseen' };

export const ok = (zh: string, en: string): Finding => ({ verdict: 'ok', evidence: { zh, en } });
export const warning = (zh: string, en: string): Finding => ({ verdict: 'warning', evidence: { zh, en } });
export const fail = (zh: string, en: string): Finding => ({ verdict: 'fail', evidence: { zh, en } });
