/** Ponds and seedling water. Species texts disagree (crab bases aerate below 8 mg/L, crayfish bear 1.5), which is why these are data. */
import type { Band } from '../../sensors/profile.ts';
import { startingProfile } from './profile.ts';

const OXYGEN_SOURCE =
  'GB 11607-89 (over 5 mg/L for 16 h a day, never below 3) and crab and crayfish extension texts; hold times proposed';

function oxygen(
  target: readonly [number, number],
  warnBelow: number,
  criticalBelow: number,
  warning: number,
  critical: number,
): Band {
  return {
    field: 'dissolved_oxygen',
    target,
    warnBelow,
    criticalBelow,
    holdMinutes: { warning, critical },
    source: OXYGEN_SOURCE,
  };
}

const ph: Band = {
  field: 'ph',
  target: [7.2, 9],
  warnBelow: 7,
  warnAbove: 9,
  criticalBelow: 6.5,
  criticalAbove: 9.5,
  holdMinutes: { warning: 30, critical: 15 },
  source: 'GB 11607-89 (6.5-8.5) widened for ponds with afternoon blooms; proposed',
};
const unionised: Band = {
  field: 'unionised_ammonia',
  warnAbove: 0.02,
  criticalAbove: 0.05,
  holdMinutes: { warning: 30, critical: 15 },
  source: 'GB 11607-89 allows 0.02 mg/L; critical proposed',
};
const nitrite: Band = {
  field: 'nitrite_nitrogen',
  warnAbove: 0.1,
  criticalAbove: 0.3,
  source: 'Crayfish extension texts (0.1 mg/L); critical proposed',
};
const saturation: Band = {
  field: 'oxygen_saturation',
  warnAbove: 200,
  criticalAbove: 250,
  holdMinutes: { warning: 30, critical: 30 },
  source: 'Gas-bubble risk; general practice',
};

/** Set to 1.2 m: a fifth and two fifths less; above, the bund is near. */
const depth: Band = {
  field: 'water_level',
  target: [1000, 1400],
  warnBelow: 800,
  criticalBelow: 600,
  warnAbove: 1700,
  holdMinutes: { warning: 30, critical: 30 },
  source: 'Shares of the set depth are proposed; the set depth belongs to the pond',
};

function temperature(target: readonly [number, number], warnAbove: number, criticalAbove: number): Band {
  return {
    field: 'water_temperature',
    target,
    warnBelow: 6,
    criticalBelow: 3,
    warnAbove,
    criticalAbove,
    holdMinutes: { warning: 30, critical: 30 },
    source: 'Crayfish burrow below 6 and above 32 °C (渔业致富指南 2020-4); crab 15-28 °C',
  };
}

function ammonia(warnAbove: number): Band {
  return {
    field: 'ammonia_nitrogen',
    warnAbove,
    criticalAbove: 1,
    holdMinutes: { warning: 30, critical: 30 },
    source: 'Extension texts give 0.1 to 0.5 mg/L; un-ionised ammonia is what harms',
  };
}

const POND = ['aquaculture_pond'];

export const ponds = [
  startingProfile('crab_pond', '蟹塘', 'Crab pond', POND, [
    oxygen([5, 12], 4, 3, 10, 5),
    temperature([15, 28], 30, 33),
    ph,
    ammonia(0.5),
    unionised,
    nitrite,
    saturation,
    depth,
  ]),
  startingProfile('crayfish_pond', '小龙虾塘', 'Crayfish pond', POND, [
    oxygen([4.5, 12], 3.5, 2.5, 10, 5),
    temperature([15, 30], 31, 34),
    ph,
    ammonia(0.2),
    unionised,
    nitrite,
    saturation,
    depth,
  ]),
  startingProfile('seedling', '苗种塘', 'Seedling pond', POND, [
    oxygen([6, 12], 5, 4, 5, 5),
    temperature([18, 28], 30, 33),
    ph,
    ammonia(0.2),
    unionised,
    nitrite,
    saturation,
    depth,
  ]),
];
