/** What `GET /api/v1/ledger` answers, and when there is nothing more to wait for. */
import type { LedgerView } from '../consumers/ledger.ts';

export interface LedgerAnswer {
  readonly ledger: readonly LedgerView[];
  readonly isComplete: boolean;
}

/** All that was on the log is counted, and all of it has come to its end. */
export const isDrained = ({ ledger, isComplete }: LedgerAnswer): boolean =>
  isComplete && ledger.every(({ pending }) => pending === 0);
