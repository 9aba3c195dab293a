/**
 * Corrections of measured values. Raw readings never change; a correction is a record beside them, with author, reason and evidence. It is applied
 * when values are queried, and can be superseded or withdrawn.
 */
import { DaoyuError } from '../base/errors.ts';
import { inForce, type JournalRecord } from '../journal/record.ts';
import type { Field } from '../sensors/kind.ts';

export type Method =
  /** The values are wrong and cannot be corrected. */
  | { readonly is: 'invalidate' }
  /** Adds `add` to each value. */
  | { readonly is: 'offset'; readonly add: number }
  /** Multiplies each value by `factor`. */
  | { readonly is: 'scale'; readonly factor: number }
  /** Linear drift: the excess of the probe over the standard at the beginning and at the end. */
  | { readonly is: 'drift'; readonly startError: number; readonly endError: number };

/** From `at`, inclusive, to `until`, exclusive. */
export interface Correction extends JournalRecord {
  readonly device: string;
  readonly until: number;
  readonly field: string;
  readonly method: Method;
  readonly reason: string;
  /** Readings before and after cleaning, the standard, serial number of the hand meter… */
  readonly evidence?: string;
}

/** Throws `CORRECTION_INVALID`, saying what would be right. */
export function checkCorrection(
  { at, until, method }: Pick<Correction, 'at' | 'until' | 'method'>,
  field: Field,
): void {
  const wrong = (text: string) => new DaoyuError('CORRECTION_INVALID', text);
  if (!(until > at)) throw wrong('until must be later than at');
  if (field.shape !== 'number' && method.is !== 'invalidate')
    throw wrong(`${field.name} is not a measured number: it can be invalidated, not shifted or scaled`);
  if (method.is === 'scale' && !(method.factor > 0)) throw wrong('the factor must be more than 0');
}

/** The corrected value; undefined if it is invalidated. */
export function corrected(value: number, time: number, corrections: readonly Correction[]): number | undefined {
  let result = value;
  for (const { at, until, method } of corrections) {
    if (time < at || time >= until) continue;
    if (method.is === 'invalidate') return undefined;
    if (method.is === 'offset') result += method.add;
    if (method.is === 'scale') result *= method.factor;
    if (method.is === 'drift') {
      const share = (time - at) / (until - at);
      result -= method.startError + share * (method.endError - method.startError);
    }
  }
  return result;
}

/** Those in force at a time of knowledge, in the order in which they apply: the order of recording. */
export function correctionsKnown(all: Iterable<Correction>, asOf?: number): readonly Correction[] {
  return inForce(all, asOf).sort((one, other) => one.recordedAt - other.recordedAt || (one.id < other.id ? -1 : 1));
}
