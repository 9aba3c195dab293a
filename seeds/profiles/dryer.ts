/** Drying of rough rice for food and for seed: extension texts and GB/T 21015-2007; levels between warning and critical are proposed. */
import { startingProfile } from './profile.ts';

const GRAIN = {
  field: 'grain_temperature',
  warnAbove: 35,
  criticalAbove: 38,
  holdMinutes: { warning: 10, critical: 5 },
  clearMinutes: 10,
  source: 'At most 35 °C in extension texts, 38 °C the ceiling of seed',
};
const EXHAUST = {
  field: 'exhaust_temperature',
  criticalAbove: 75,
  holdMinutes: { warning: 1, critical: 1 },
  clearMinutes: 5,
  source: 'Danger of fire; proposed',
};

export const dryers = [
  startingProfile(
    'dryer_food_rice',
    '烘干机（食用稻）',
    'Dryer (food rice)',
    ['grain_dryer'],
    [
      {
        field: 'hot_air_temperature',
        onlyWhile: 'burner_on',
        warnAbove: 50,
        criticalAbove: 55,
        holdMinutes: { warning: 10, critical: 5 },
        clearMinutes: 10,
        source: '40-50 °C recommended, above 50 harms (extension texts)',
      },
      GRAIN,
      EXHAUST,
      {
        field: 'grain_moisture',
        onlyWhile: 'burner_on',
        warnBelow: 12.5,
        holdMinutes: { warning: 20, critical: 20 },
        clearMinutes: 20,
        source: 'Storage limit of indica 13.5 % (GB 1350): below 12.5 % weight and quality are lost',
      },
    ],
  ),
  startingProfile(
    'dryer_seed_rice',
    '烘干机（种子）',
    'Dryer (seed rice)',
    ['grain_dryer'],
    [
      {
        field: 'hot_air_temperature',
        onlyWhile: 'burner_on',
        warnAbove: 40,
        criticalAbove: 43,
        holdMinutes: { warning: 10, critical: 5 },
        clearMinutes: 10,
        source: '38-40 °C keeps cracks below 2 %; 43 °C is the ceiling of seed',
      },
      GRAIN,
      EXHAUST,
      {
        field: 'grain_moisture',
        onlyWhile: 'burner_on',
        warnBelow: 11,
        holdMinutes: { warning: 20, critical: 20 },
        clearMinutes: 20,
        source: 'Seed is dried to 11-13 %; proposed',
      },
    ],
  ),
];
