/**
 * One condition of one device, folded over its readings in measured order: when it opens, gets worse, eases, clears. Holds are in measured time. An
 * unknown value changes nothing: it neither keeps a hold running across a gap nor clears anything.
 */

/** A reading against the limits: 0 good, 1 within the warning limit but not clear of it, 2 beyond it, 3 near critical, 4 beyond critical. */
export type Level = 0 | 1 | 2 | 3 | 4;
/** Doubtful or absent. */
export const UNKNOWN = -1;
export type Code = Level | typeof UNKNOWN;

export interface Holds {
  /** Ms of measured time; `Infinity` without such a limit. */
  readonly warning: number;
  readonly critical: number;
  readonly clear: number;
  /** Readings further apart say nothing about the time between them. */
  readonly maxGap: number;
}

/** All times are measured, epoch ms; JSON-safe. */
export interface Fold {
  /** 0 not open, 1 warning, 2 critical. */
  open: 0 | 1 | 2;
  /** Time of the newest trusted reading. */
  last: number;
  /** First reading of the current run beyond the warning limit, and of the one beyond critical. */
  bad?: number;
  critical?: number;
  /** First reading of the current clear run, and of the run no longer near critical. */
  good?: number;
  eased?: number;
  /** Of the open episode. */
  start?: number;
}

export type Change =
  | { readonly is: 'opened'; readonly level: 1 | 2; readonly start: number; readonly at: number }
  | { readonly is: 'escalated' | 'eased' | 'cleared'; readonly at: number };

export const newFold = (): Fold => ({ open: 0, last: 0 });

/** Folds in the next reading. `at` must be greater than the previous one. */
export function step(fold: Fold, at: number, code: Code, holds: Holds): Change | undefined {
  if (code === UNKNOWN) return undefined;
  if (fold.last !== 0 && at - fold.last > holds.maxGap) forgetRuns(fold);
  fold.last = at;
  followRuns(fold, at, code);
  return fold.open === 0 ? opening(fold, at, code, holds) : following(fold, at, code, holds);
}

/** After a gap every hold starts again; an open episode stays open. */
function forgetRuns(fold: Fold): void {
  delete fold.bad;
  delete fold.critical;
  delete fold.good;
  delete fold.eased;
}

/** A run continues inside its dead band, so that 2.98 and 3.02 around 3.0 are one run. */
function followRuns(fold: Fold, at: number, code: Level): void {
  if (code >= 2) fold.bad ??= at;
  else if (code === 0) delete fold.bad;
  if (code === 4) fold.critical ??= at;
  else if (code < 3) delete fold.critical;
  if (code === 0) fold.good ??= at;
  else delete fold.good;
  if (code < 3) fold.eased ??= at;
  else delete fold.eased;
}

/** Opens at a reading that is itself beyond a limit. */
function opening(fold: Fold, at: number, code: Level, { warning, critical }: Holds): Change | undefined {
  if (code < 2) return undefined;
  const isCritical = fold.critical !== undefined && code === 4 && at - fold.critical >= critical;
  if (!isCritical && !(fold.bad !== undefined && at - fold.bad >= warning)) return undefined;
  // Without a warning limit, the run near critical starts before the first reading beyond.
  const start = (Number.isFinite(warning) ? fold.bad : fold.critical) ?? at;
  fold.open = isCritical ? 2 : 1;
  fold.start = start;
  return { is: 'opened', level: fold.open, start, at };
}

function following(fold: Fold, at: number, code: Level, { warning, critical, clear }: Holds): Change | undefined {
  if (fold.good !== undefined && at - fold.good >= clear) {
    fold.open = 0;
    delete fold.start;
    return { is: 'cleared', at };
  }
  if (fold.open === 1 && code === 4 && fold.critical !== undefined && at - fold.critical >= critical) {
    fold.open = 2;
    return { is: 'escalated', at };
  }
  if (fold.open === 2 && Number.isFinite(warning) && fold.eased !== undefined && at - fold.eased >= clear) {
    fold.open = 1;
    return { is: 'eased', at };
  }
  return undefined;
}
