/** What most readings are: all values trusted and far from every limit. Such a reading is judged by its fields, not rule by rule. */
import type { Measured, Rule } from './rule.ts';

/** A field's values, ends included, for which a rule's code is 0. */
export interface Bounds {
  readonly field: string;
  readonly low: number;
  readonly high: number;
}

export interface Envelope {
  /** True: every rule that declares `quiet` gives code 0, or does not apply. False: any of them may give another. */
  holds(measured: Measured): boolean;
  /** Rules that declare no bounds and have to be asked each time. */
  readonly others: readonly Rule[];
}

export function createEnvelope(rules: readonly Rule[]): Envelope {
  const fields: string[] = [];
  const lows: number[] = [];
  const highs: number[] = [];
  for (const { field, low, high } of rules.flatMap(({ quiet }) => quiet ?? [])) {
    const known = fields.indexOf(field);
    const place = known < 0 ? fields.push(field) - 1 : known;
    lows[place] = Math.max(lows[place] ?? Number.NEGATIVE_INFINITY, low);
    highs[place] = Math.min(highs[place] ?? Number.POSITIVE_INFINITY, high);
  }
  return {
    others: rules.filter(({ quiet }) => quiet === undefined),
    holds(measured) {
      if (measured.flags !== undefined) return false;
      for (let place = 0; place < fields.length; place++) {
        const field = fields[place] ?? '';
        const value = measured.value(field);
        if (value === undefined) {
          if (measured.hasSent(field)) return false;
        } else if (!(value >= (lows[place] ?? 0) && value <= (highs[place] ?? 0))) return false;
      }
      return true;
    },
  };
}
