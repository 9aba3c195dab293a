/** The season of a site: which profile is in force at a time. A paddy is judged by the growth stage of its rice, also in hindsight. */
import { isDay, startOfDay } from '../base/beijing-time.ts';

export interface Stage {
  /** The Beijing day on which it begins, `2026-05-10`. */
  readonly from: string;
  /** Name of the threshold profile from then on. */
  readonly profile: string;
}

/** What of a site says how it is judged. */
export interface Season {
  /** In force all the time, or until the first stage begins. */
  readonly profile?: string;
  /** Ascending; the last one stays in force. */
  readonly stages?: readonly Stage[];
}

/** From included, to excluded, epoch ms; the first has no beginning and the last no end. */
export interface Interval {
  readonly from: number;
  readonly to: number;
  readonly profile?: string;
}

/** Several years of a field with a dozen stages each. */
export const MOST_STAGES = 120;

/** One after the other over all time, without a gap. */
export function intervalsOf({ profile, stages = [] }: Season): readonly Interval[] {
  const begins = stages.map(({ from }) => startOfDay(from));
  return [
    {
      from: Number.NEGATIVE_INFINITY,
      to: begins[0] ?? Number.POSITIVE_INFINITY,
      ...(profile !== undefined && { profile }),
    },
    ...stages.map((stage, index) => ({
      from: begins[index] ?? 0,
      to: begins[index + 1] ?? Number.POSITIVE_INFINITY,
      profile: stage.profile,
    })),
  ];
}

/** Name of the profile in force at a time, epoch ms. */
export function profileAt(season: Season, time: number): string | undefined {
  return intervalAt(intervalsOf(season), time)?.profile;
}

/** Of anything that lies one after the other, the one that holds the time. */
export function intervalAt<T extends Pick<Interval, 'from' | 'to'>>(spells: readonly T[], time: number): T | undefined {
  return spells.find(({ from, to }) => time >= from && time < to);
}

/** What is wrong with a list of stages, each in words. */
export function* problemsOfStages(stages: readonly Stage[]): Generator<string> {
  if (stages.length > MOST_STAGES) yield `stages may hold ${MOST_STAGES} at most`;
  let before: string | undefined;
  for (const { from } of stages) {
    if (!isDay(from)) yield `stage "${from}" must be a day such as 2026-05-10`;
    else if (before !== undefined && from <= before) yield `stage ${from} must come after ${before}`;
    before = from;
  }
}
