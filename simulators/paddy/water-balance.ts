/** The water of a field and its ditch: rain and irrigation in; evaporation, percolation and the outlet out; what comes in and goes out adds up. */
import { BEIJING_OFFSET_MS, beijingDate } from '../../base/beijing-time.ts';
import { conditionAt, type TimedCondition } from '../conditions.ts';
import { createTrajectory, type Trajectory } from '../trajectory.ts';
import { evaporationAt } from '../weather/evaporation.ts';
import { NODE_MS } from '../weather/instant.ts';
import { solarHour } from '../weather/sun.ts';
import type { Weather } from '../weather/weather.ts';
import { type Regime, seasonAt } from './season.ts';

export interface FieldState {
  /** mm of water a unit of ground holds: above the soil when positive, missing from the soil when negative. */
  readonly storage: number;
  /** Depth in the ditch, mm. */
  readonly ditch: number;
  readonly isIrrigating: boolean;
  /** Sums since the run began, mm. */
  readonly rain: number;
  readonly irrigation: number;
  readonly evaporation: number;
  readonly percolation: number;
  readonly outflow: number;
}

export interface FieldOptions {
  readonly weather: Weather;
  readonly latitude: number;
  readonly longitude: number;
  readonly regime: Regime;
  /** Days later than the county's middle. */
  readonly shift: number;
  /** How much faster this field's ground drains than the county's middle, 1 for as fast. */
  readonly leakiness: number;
  readonly conditions: readonly TimedCondition[];
}

export const FIELD_STEP_MS = 1_800_000;
const STEP_HOURS = 0.5;
/** Pores that drain and that roots empty: the level falls by 1/0.15 mm for each mm lost once the soil shows. */
const POROSITY = 0.15;
/** mm/h onto the field while the pump runs, on 0.8 ha 80 m³/h. */
export const IRRIGATION = 10;
/** The ditch lies this deep below the field, mm. */
const DITCH = 1000;
const SPIN_UP_MS = 25 * 86_400_000;

/** Level above the soil, below it negative, mm. */
export function levelOf({ storage }: Pick<FieldState, 'storage'>): number {
  return storage > 0 ? storage : storage / POROSITY;
}

/** Each half of the year runs from its own beginning: the season from 10 April, the winter from 20 September, both 25 days unseen. */
export function createField(options: FieldOptions): Trajectory<FieldState> {
  return createTrajectory<FieldState>({
    stepMs: FIELD_STEP_MS,
    beginningOf: (at) => halfYearOf(at) - SPIN_UP_MS,
    begin: (at) => {
      const { wish } = seasonAt(at, options.regime, options.shift);
      const level = ((wish.low ?? -100) + wish.high) / 2;
      return {
        storage: level > 0 ? level : level * POROSITY,
        ditch: Math.max(880, DITCH + level),
        isIrrigating: false,
        rain: 0,
        irrigation: 0,
        evaporation: 0,
        percolation: 0,
        outflow: 0,
      };
    },
    advance: (state, at) => advanceField(options, state, at),
  });
}

function halfYearOf(at: number): number {
  const year = beijingDate(at).getUTCFullYear();
  const midnight = (y: number, month: number, day: number) => Date.UTC(y, month, day) - BEIJING_OFFSET_MS;
  const spring = midnight(year, 3, 10);
  const autumn = midnight(year, 8, 20);
  if (at >= autumn) return autumn;
  return at >= spring ? spring : midnight(year - 1, 8, 20);
}

function advanceField(options: FieldOptions, state: FieldState, at: number): FieldState {
  const { weather, latitude, longitude, regime, shift, leakiness, conditions } = options;
  const { wish, cropFactor } = seasonAt(at, regime, shift);
  const level = levelOf(state);
  let rain = 0;
  for (let node = 0; node < 3; node++) rain += weather.at(at + node * NODE_MS).rain / 6;
  const isBlocked = conditionAt(conditions, 'irrigation', at) !== undefined;
  const isIrrigating = !isBlocked && decides(state.isIrrigating, level, wish, solarHour(at, longitude));
  const irrigation = isIrrigating ? IRRIGATION * STEP_HOURS : 0;
  const evaporation = evaporationAt(weather, at, latitude) * cropFactor * drought(level) * STEP_HOURS;
  const leak = conditionAt(conditions, 'leak', at)?.mmPerHour ?? 0;
  const percolation =
    ((leakiness * percolationAt(level)) / 24) * STEP_HOURS + leak * STEP_HOURS * (level > -300 ? 1 : 0);
  const filled = state.storage + rain + irrigation - evaporation - percolation;
  // The outlet takes 12 mm an hour at most, more once the water stands on the bund.
  const above = Math.max(0, filled - wish.outlet);
  const outflow = Math.min(above, STEP_HOURS * (12 + 0.5 * above));
  const storage = filled - outflow;
  return {
    storage,
    ditch: stepDitch(state.ditch, storage, rain, evaporation),
    isIrrigating,
    rain: state.rain + rain,
    irrigation: state.irrigation + irrigation,
    evaporation: state.evaporation + evaporation,
    percolation: state.percolation + percolation,
    outflow: state.outflow + outflow,
  };
}

/** People open the water in the morning and let it run till the wish is met. */
function decides(isIrrigating: boolean, level: number, wish: { low: number | undefined; high: number }, hour: number) {
  if (wish.low === undefined) return false;
  if (isIrrigating) return level < wish.high;
  return level <= wish.low && hour > 6 && hour < 16;
}

/** mm a day: more under deep water, less once the soil is open, none at the depth of the ground water. */
function percolationAt(level: number): number {
  if (level > 0) return 2 * (1 + 0.01 * Math.max(0, Math.min(level, 130) - 30));
  return 2 * Math.max(0, 1 - 0.7 * Math.min(1, -level / 150)) * Math.min(1, Math.max(0, (400 + level) / 200));
}

/** Roots find water down to 20 cm without trouble; below 40 cm there is none. */
function drought(level: number): number {
  return Math.min(1, Math.max(0, (400 + level) / 200));
}

/** Joined with the field while that is flooded; else it evaporates and seeps, and the keeper tops it up. Its tenth of the area is left out of the field's balance. */
function stepDitch(ditch: number, storage: number, rain: number, evaporation: number): number {
  if (storage > 0) {
    const joined = DITCH + storage;
    return joined + (ditch - joined) * Math.exp(-0.6 * STEP_HOURS);
  }
  const topUp = ditch < 860 ? 2 * STEP_HOURS : 0;
  return Math.min(DITCH, ditch + rain * 1.2 - evaporation - 0.12 * STEP_HOURS + topUp);
}
