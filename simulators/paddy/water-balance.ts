/** Water balance of a field and its ditch: rain and irrigation in; evaporation, percolation and outflow out. Inputs and outputs add up. */
import { BEIJING_OFFSET_MS, beijingDate } from '../../base/beijing-time.ts';
import { conditionAt, type TimedCondition } from '../conditions.ts';
import { createTrajectory, type Trajectory } from '../trajectory.ts';
import { evaporationAt } from '../weather/evaporation.ts';
import { NODE_MS } from '../weather/instant.ts';
import { solarHour } from '../weather/sun.ts';
import type { Weather } from '../weather/weather.ts';
import { type Regime, seasonAt } from './season.ts';

export interface FieldState {
  /** Stored water, mm: above the soil if positive, deficit of the soil if negative. */
  readonly storage: number;
  /** Depth of the ditch water, mm. */
  readonly ditch: number;
  readonly isIrrigating: boolean;
  /** Sums since the start, mm. */
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
  /** Days by which the field is later than the average of the county. */
  readonly shift: number;
  /** Percolation relative to the average of the county. */
  readonly leakiness: number;
  readonly conditions: readonly TimedCondition[];
}

export const FIELD_STEP_MS = 1_800_000;
const STEP_HOURS = 0.5;
/** Drainable porosity and root-zone storage: below the surface, the level falls by 1/0.15 mm per mm lost. */
const POROSITY = 0.15;
/** Irrigation while the pump runs, mm/h; 80 m³/h on 0.8 ha. */
export const IRRIGATION = 10;
/** Depth of the ditch below the field, mm. */
const DITCH = 1000;
const SPIN_UP_MS = 25 * 86_400_000;

/** Level above the soil, mm; negative below it. */
export function levelOf({ storage }: Pick<FieldState, 'storage'>): number {
  return storage > 0 ? storage : storage / POROSITY;
}

/** Season and winter are integrated separately, from 10 April and 20 September, with a spin-up of 25 days. */
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
  // The outlet drains at most 12 mm/h, more once the water reaches the bund.
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

/** Irrigation starts in the morning and runs until the desired level is reached. */
function decides(isIrrigating: boolean, level: number, wish: { low: number | undefined; high: number }, hour: number) {
  if (wish.low === undefined) return false;
  if (isIrrigating) return level < wish.high;
  return level <= wish.low && hour > 6 && hour < 16;
}

/** Percolation, mm per day: more under deep water, less below the surface, none at the groundwater level. */
function percolationAt(level: number): number {
  if (level > 0) return 2 * (1 + 0.01 * Math.max(0, Math.min(level, 130) - 30));
  return 2 * Math.max(0, 1 - 0.7 * Math.min(1, -level / 150)) * Math.min(1, Math.max(0, (400 + level) / 200));
}

/** Roots take up water freely down to 20 cm, and none below 40 cm. */
function drought(level: number): number {
  return Math.min(1, Math.max(0, (400 + level) / 200));
}

/** The ditch is connected to the field while that is flooded; otherwise it evaporates, seeps and is refilled. Its tenth of the area is not in the balance of the field. */
function stepDitch(ditch: number, storage: number, rain: number, evaporation: number): number {
  if (storage > 0) {
    const joined = DITCH + storage;
    return joined + (ditch - joined) * Math.exp(-0.6 * STEP_HOURS);
  }
  const topUp = ditch < 860 ? 2 * STEP_HOURS : 0;
  return Math.min(DITCH, ditch + rain * 1.2 - evaporation - 0.12 * STEP_HOURS + topUp);
}
