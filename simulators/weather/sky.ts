/** The sky of each day: clear, mixed or overcast, in persistent runs of days. */
import { midnightOf } from '../../base/beijing-time.ts';
import { uniform } from '../random.ts';
import { climateOn } from './climate.ts';
import { dayOfYear } from './sun.ts';

export type Sky = 'clear' | 'mixed' | 'overcast';

/** A day is like the one before with this probability; otherwise the season draws anew. That is a Markov chain which can be asked at any day: only the last draw matters. */
const PERSISTENCE = 0.6;
/** Nobody asks whether a spell began more than this many days ago; 0.6^40 is one in a thousand million. */
const LONGEST_SPELL = 40;

export function skyOn(seed: number, day: number): Sky {
  let drawn = day;
  while (day - drawn < LONGEST_SPELL && uniform(seed, drawn) < PERSISTENCE) drawn--;
  const { clearShare, overcastShare } = climateOn(dayOfYear(midnightOf(drawn)));
  const draw = uniform(seed ^ 0x5bd1e995, drawn);
  if (draw < clearShare) return 'clear';
  return draw > 1 - overcastShare ? 'overcast' : 'mixed';
}

/** Share of the extraterrestrial radiation that arrives on a day of this sky. */
export function clearnessOf(sky: Sky, draw: number): number {
  if (sky === 'clear') return 0.52 + 0.07 * draw;
  if (sky === 'mixed') return 0.38 + 0.08 * draw;
  return 0.15 + 0.08 * draw;
}
