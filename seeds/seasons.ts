/**
 * The rice year of the demo fields as stages: single-season mid rice in southwest China is flooded, dried in midseason, then wetted and
 * dried in turn, transplanted about 10 May (domain texts in profiles/paddies.ts; days between them proposed). A stage begins on the day
 * after the farmer has begun to change the water for it.
 */
import { dayOf, startOfDay } from '../base/beijing-time.ts';
import type { Stage } from '../sensors/stages.ts';

/** First days as days of the year: 119 is 29 April, 299 is 26 October. */
type Year = readonly (readonly [day: number, profile: string])[];

const PADDY: Year = [
  [119, 'paddy_soaking'],
  [131, 'paddy_recovery'],
  [139, 'paddy_tillering'],
  [172, 'paddy_drain'],
  [181, 'paddy_heading'],
  [218, 'paddy_filling'],
  [243, 'paddy_terminal'],
  [250, 'paddy_ratoon'],
  [299, 'paddy_fallow'],
];

/** Crab stay on the field: it is hardly drained, and rests under water. */
const CRAB_FIELD: Year = [
  [119, 'crab_field_planting'],
  [139, 'crab_field_tillering'],
  [172, 'crab_field_drain'],
  [181, 'crab_field_heading'],
  [218, 'crab_field_filling'],
  [243, 'crab_field_harvest'],
  [250, 'crab_field_flooded'],
];

/** Crayfish have the field to themselves, deep under water, from harvest to April. */
const CRAYFISH_FIELD: Year = [
  [119, 'crayfish_field_rice'],
  [243, 'crayfish_field_harvest'],
  [250, 'crayfish_field_reflood'],
  [254, 'crayfish_field_flooded'],
];

export interface FieldSeason {
  readonly year: Year;
  /** By how many days it is later than the county's middle; negative where it is earlier. */
  readonly lateDays: number;
}

export const seasons: Readonly<Record<string, FieldSeason>> = {
  'zhuxi-paddy-1': { year: CRAB_FIELD, lateDays: -3 },
  'gantang-paddy-1': { year: PADDY, lateDays: -2 },
  'gantang-paddy-2': { year: PADDY, lateDays: 1 },
  'guangfu-paddy-1': { year: PADDY, lateDays: 4 },
  'changling-paddy-1': { year: PADDY, lateDays: -4 },
  'changling-paddy-2': { year: CRAYFISH_FIELD, lateDays: 4 },
  'puan-paddy-1': { year: PADDY, lateDays: -2 },
};

/** From the year before a time, so that history has its stages, to the one after: then the operator plans on. */
export function stagesAround(time: number, { year, lateDays }: FieldSeason): readonly Stage[] {
  const thisYear = Number(dayOf(time).slice(0, 4));
  return [thisYear - 1, thisYear, thisYear + 1].flatMap((each) => {
    const newYear = startOfDay(`${each}-01-01`);
    return year.map(([day, profile]) => ({ from: dayOf(newYear + (day - 1 + lateDays) * 86_400_000), profile }));
  });
}
