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
  | { readonly is: 'drift'; readonly startError: number; readonly endError: number }
  /** The clock of the device was off: readings were measured so many seconds later than they say. Of all fields. */
  | { readonly is: 'clock'; readonly seconds: number }
  /** Two devices were taken for one another: what each sent belongs to the other. Of all fields. `withSite`: where the other one stands. */
  | { readonly is: 'swap'; readonly with: string; readonly withSite: string };

/** Instead of the name of a field: of a correction that moves whole readings. */
export const ALL_FIELDS = '*';

/** From `at`, inclusive, to `until`, exclusive. */
export interface Correction extends JournalRecord {
  readonly device: string;
  readonly until: number;
  /** `*` of a clock and of a swap. */
  readonly field: string;
  readonly method: Method;
  readonly reason: string;
  /** Readings before and after cleaning, the standard, serial number of the hand meter… */
  readonly evidence?: string;
}

/** A clock that is further off starts anew at some date of its own, and intake refuses its times. */
const MAX_CLOCK_SECONDS = 400 * 86_400;

/** `field`: undefined where all are meant. Throws `CORRECTION_INVALID`, saying what would be right. */
export function checkCorrection(
  { at, until, device, method }: Pick<Correction, 'at' | 'until' | 'device' | 'method'>,
  field: Field | undefined,
): void {
  const wrong = (text: string) => new DaoyuError('CORRECTION_INVALID', text);
  if (!(until > at)) throw wrong('until must be later than at');
  if (method.is === 'clock' || method.is === 'swap') {
    if (field !== undefined)
      throw wrong(`a ${method.is} correction moves whole readings: field must be "${ALL_FIELDS}"`);
    if (method.is === 'swap' && method.with === device) throw wrong('a device cannot be swapped with itself');
    if (method.is === 'clock' && !(Math.abs(method.seconds) <= MAX_CLOCK_SECONDS && method.seconds !== 0))
      throw wrong(`seconds must not be 0, and at most ${MAX_CLOCK_SECONDS}`);
    return;
  }
  if (field === undefined) throw wrong(`name a field: only clock and swap are of "${ALL_FIELDS}"`);
  if (field.shape !== 'number' && method.is !== 'invalidate')
    throw wrong(`${field.name} is not a measured number: it can be invalidated, not shifted or scaled`);
  if (method.is === 'scale' && !(method.factor > 0)) throw wrong('the factor must be more than 0');
}

/** The corrected value; undefined if it is invalidated. */
export function corrected(value: number, time: number, corrections: readonly Correction[]): number | undefined {
  let result: number | undefined = value;
  for (const each of corrections) {
    if (result === undefined) return undefined;
    result = correctedValue(result, time, each);
  }
  return result;
}

/** By one correction of values. */
export function correctedValue(value: number, time: number, { at, until, method }: Correction): number | undefined {
  if (time < at || time >= until) return value;
  switch (method.is) {
    case 'invalidate':
      return undefined;
    case 'offset':
      return value + method.add;
    case 'scale':
      return value * method.factor;
    case 'drift': {
      const share = (time - at) / (until - at);
      return value - (method.startError + share * (method.endError - method.startError));
    }
    case 'clock':
    case 'swap':
      return value;
  }
}

/** Those in force at a time of knowledge, in the order in which they apply: the order of recording. */
export function correctionsKnown(all: Iterable<Correction>, asOf?: number): readonly Correction[] {
  return inForce(all, asOf).sort((one, other) => one.recordedAt - other.recordedAt || (one.id < other.id ? -1 : 1));
}
