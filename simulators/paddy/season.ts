/** The rice year of the county: stage, desired water depth and leaf area of a field. */
import { dayOfYear } from '../weather/sun.ts';

export type Stage =
  | 'fallow'
  | 'ratoon'
  | 'soaking'
  | 'recovery'
  | 'tillering'
  | 'drain'
  | 'heading'
  | 'filling'
  | 'terminal';

/** Single-season mid rice, days of the year; transplanting on 10 May. */
const CALENDAR: readonly (readonly [from: number, stage: Stage])[] = [
  [0, 'fallow'],
  [118, 'soaking'],
  [130, 'recovery'],
  [138, 'tillering'],
  [171, 'drain'],
  [180, 'heading'],
  [217, 'filling'],
  [242, 'terminal'],
  [249, 'ratoon'],
  [298, 'fallow'],
];
const TRANSPLANTED = 130;
const HARVESTED = 249;
/** Leaf area of ratoon, then weeds, until ploughing. */
const STUBBLE = 1.2;

export type Regime = 'alternate' | 'crab' | 'crayfish';

export function regimeOf(profile: string | undefined): Regime {
  if (profile === 'rice_crayfish') return 'crayfish';
  return profile === 'rice_field' ? 'crab' : 'alternate';
}

/** Desired water level, mm above the soil: irrigation from `low` to `high`, drainage above `outlet`. */
export interface Wish {
  /** Undefined: no irrigation. */
  readonly low: number | undefined;
  readonly high: number;
  readonly outlet: number;
}

const WISHES: Readonly<Record<Stage, Wish>> = {
  fallow: { low: -130, high: -60, outlet: 8 },
  ratoon: { low: -140, high: 20, outlet: 40 },
  soaking: { low: 5, high: 45, outlet: 60 },
  recovery: { low: 20, high: 40, outlet: 60 },
  tillering: { low: -140, high: 30, outlet: 62 },
  drain: { low: -170, high: -120, outlet: 0 },
  heading: { low: 20, high: 50, outlet: 68 },
  filling: { low: -140, high: 30, outlet: 62 },
  terminal: { low: undefined, high: 0, outlet: 0 },
};

/** With crab: always under shallow water, hardly drained, flooded in winter. */
const CRAB: Partial<Record<Stage, Wish>> = {
  fallow: { low: 20, high: 60, outlet: 110 },
  ratoon: { low: 20, high: 60, outlet: 110 },
  tillering: { low: 20, high: 60, outlet: 110 },
  drain: { low: -10, high: 10, outlet: 20 },
  heading: { low: 30, high: 70, outlet: 120 },
  filling: { low: 20, high: 60, outlet: 110 },
  terminal: { low: -15, high: 10, outlet: 15 },
};

/** With crayfish: 42-60 cm deep from harvest to April, shared with tall rice in summer. */
const CRAYFISH: Partial<Record<Stage, Wish>> = {
  fallow: { low: 420, high: 480, outlet: 600 },
  ratoon: { low: 420, high: 480, outlet: 600 },
  terminal: { low: 60, high: 90, outlet: 110 },
};
const CRAYFISH_WITH_RICE: Wish = { low: 210, high: 260, outlet: 330 };

export interface Season {
  readonly stage: Stage;
  readonly wish: Wish;
  /** Leaf area index, m²/m². */
  readonly leafArea: number;
  /** FAO-56: 1.05 open water and young rice, 1.20 full canopy, down to 0.75 when it ripens. */
  readonly cropFactor: number;
}

/** `shift`: days by which the field is later than the average of the county. */
export function seasonAt(at: number, regime: Regime, shift: number): Season {
  const day = dayOfYear(at - shift * 86_400_000);
  const stage = stageOn(day);
  const growing = day >= TRANSPLANTED && day < HARVESTED;
  const age = day - TRANSPLANTED;
  const standing = stage === 'ratoon' || stage === 'fallow' ? STUBBLE : 0;
  const leafArea = growing ? (5 / (1 + Math.exp(-(age - 35) / 9))) * (age > 90 ? 1 - 0.012 * (age - 90) : 1) : standing;
  return { stage, wish: wishOf(stage, regime), leafArea, cropFactor: cropFactor(stage, growing, leafArea) };
}

function stageOn(day: number): Stage {
  let stage: Stage = 'fallow';
  for (const [from, name] of CALENDAR) if (day >= from) stage = name;
  return stage;
}

function wishOf(stage: Stage, regime: Regime): Wish {
  if (regime === 'alternate') return WISHES[stage];
  if (regime === 'crayfish') return CRAYFISH[stage] ?? CRAYFISH_WITH_RICE;
  return CRAB[stage] ?? WISHES[stage];
}

function cropFactor(stage: Stage, growing: boolean, leafArea: number): number {
  if (stage === 'terminal') return 0.75;
  if (stage === 'ratoon') return 0.9;
  if (stage === 'filling') return 1.05;
  if (growing) return 1.05 + 0.15 * Math.min(1, leafArea / 3);
  return stage === 'soaking' ? 1.05 : 0.7;
}
