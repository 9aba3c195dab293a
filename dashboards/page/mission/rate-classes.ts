/** Classes of deviation from the planned rate: within a tenth as planned, beyond a fifth far off. */

import type { Coverage } from '../../../analysis/seeding/coverage.ts';
import type { Word } from '../language/words.ts';

export interface RateClass {
  readonly name: 'gap' | 'far-below' | 'below' | 'planned' | 'above' | 'far-above';
  readonly word: Word;
  /** Share of the plan below which a rate is of this class. */
  readonly upTo: number;
}

export const RATE_CLASSES: readonly RateClass[] = [
  { name: 'gap', word: 'missed', upTo: Number.MIN_VALUE },
  { name: 'far-below', word: 'farBelow', upTo: 0.8 },
  { name: 'below', word: 'below', upTo: 0.9 },
  { name: 'planned', word: 'asPlanned', upTo: 1.1 },
  { name: 'above', word: 'above', upTo: 1.2 },
  { name: 'far-above', word: 'farAbove', upTo: Number.POSITIVE_INFINITY },
];

export function classOf(rate: number, plan: number): number {
  const found = RATE_CLASSES.findIndex(({ upTo }) => rate / plan < upTo);
  return found < 0 ? RATE_CLASSES.length - 1 : found;
}

/** The part of the field in each class, 0…1. */
export function sharesOf({ field, rates }: Coverage, plan: number): readonly number[] {
  const counts = RATE_CLASSES.map(() => 0);
  let all = 0;
  for (let index = 0; index < field.length; index++) {
    if (field[index] === 0) continue;
    all += 1;
    const at = classOf(rates[index] ?? 0, plan);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count) => (all === 0 ? 0 : count / all));
}
