/** State of one pond over time: heat, oxygen, carbon, nitrogen, turbidity, level, and the aerator controlled by oxygen. */
import { oxygenSaturation } from '../../sensors/oxygen-saturation.ts';
import { conditionAt, type TimedCondition } from '../conditions.ts';
import { seedOf, uniform } from '../random.ts';
import { createTrajectory, restarts, type Trajectory } from '../trajectory.ts';
import { carbonAt, constantsAt, hydrogenOf, stepCarbon } from '../water/carbon.ts';
import { aerationExchange, metDemand, oxygenRates, stepOxygen } from '../water/oxygen.ts';
import { warmWater } from '../water/temperature.ts';
import { solarHour } from '../weather/sun.ts';
import { PAR_PER_WATT, type Weather } from '../weather/weather.ts';
import type { AeratorOrders } from './aerator-orders.ts';
import type { PondWater } from './waters.ts';

export interface PondState {
  readonly temperature: number;
  /** mg/L. */
  readonly oxygen: number;
  /** Saturation at the current pressure, mg/L. */
  readonly saturation: number;
  /** Inorganic carbon, mol/L. */
  readonly carbon: number;
  readonly ph: number;
  /** Total ammonia and nitrite as nitrogen, mg/L. */
  readonly ammonia: number;
  readonly nitrite: number;
  /** Turbidity from rain, NTU. */
  readonly washed: number;
  /** Level above the set depth, mm. */
  readonly level: number;
  /** Difference between surface and bottom, mg/L: water stratifies in warm, calm afternoons. */
  readonly layering: number;
  readonly isAerating: boolean;
}

export interface PondOptions {
  readonly water: PondWater;
  readonly weather: Weather;
  readonly longitude: number;
  readonly conditions: readonly TimedCondition[];
  /** Remote commands of the aerator; they take effect at the next step. */
  readonly orders?: Pick<AeratorOrders, 'at'>;
  /** Spreads the restarts of many ponds over time, 0…1. */
  readonly phase: number;
}

export const POND_STEP_MS = 600_000;
const STEP_HOURS = POND_STEP_MS / 3_600_000;
const DAY_MS = 86_400_000;
/** Time constants: oxygen one to two days, heat and carbon 47 h; after six days 5 % of a wrong initial state remains. */
const SPIN_UP_MS = 6 * DAY_MS;
const SHOWN_MS = 2 * DAY_MS;
/** Nitrification at 20 °C, 1/d; nitrite oxidises faster. */
const NITRIFICATION = 0.2;
const NITRITE_OXIDATION = 1.8;

export function createPond(options: PondOptions): Trajectory<PondState> {
  return createTrajectory<PondState>({
    stepMs: POND_STEP_MS,
    beginningOf: restarts(SHOWN_MS, SPIN_UP_MS, POND_STEP_MS, options.phase),
    begin: (at) => beginPond(options, at),
    advance: (state, at) => advancePond(options, state, at),
  });
}

/** Varies the parameters between ponds, e.g. algae and mud. */
export function variedWater(water: PondWater, site: string): PondWater {
  const seed = seedOf(`pond/${site}`);
  const vary = (value: number, reach: number, index: number) => value * (1 + reach * (2 * uniform(seed, index) - 1));
  return {
    ...water,
    maxPhotosynthesis: vary(water.maxPhotosynthesis, 0.04, 1),
    respiration: vary(water.respiration, 0.04, 2),
    sedimentDemand: vary(water.sedimentDemand, 0.04, 3),
    turbidity: vary(water.turbidity, 0.3, 4),
    alkalinity: vary(water.alkalinity, 0.08, 5),
    ammoniaRelease: vary(water.ammoniaRelease, 0.2, 6),
  };
}

function beginPond({ water, weather }: PondOptions, at: number): PondState {
  // Shallow water is near the mean air temperature of the last two days, slightly above it.
  let air = 0;
  for (let hour = 0; hour < 48; hour += 3) air += weather.at(at - hour * 3_600_000).airTemperature / 16;
  const temperature = Math.max(2, air + 1.5);
  const saturation = oxygenSaturation(temperature, weather.at(at).pressure);
  return {
    temperature,
    oxygen: 0.85 * saturation,
    saturation,
    carbon: carbonAt(8.2, water.alkalinity, constantsAt(temperature)),
    ph: 8.2,
    ammonia: water.ammoniaRelease / NITRIFICATION / 1.5,
    nitrite: water.ammoniaRelease / NITRITE_OXIDATION,
    washed: 0,
    level: 0,
    layering: 0,
    isAerating: false,
  };
}

function advancePond(options: PondOptions, state: PondState, at: number): PondState {
  const { water, weather, longitude, conditions, orders } = options;
  const now = weather.at(at);
  const { temperature, oxygen } = state;
  const saturation = oxygenSaturation(temperature, now.pressure);
  const summer = oxygenRates(water, temperature, now.radiation * PAR_PER_WATT, now.wind);
  const rates = { ...summer, demand: summer.demand * coldRest(temperature) };
  const isAerating = switched(water, state, conditionAt(conditions, 'aerator', at)?.state, orders?.at(at));
  const works = isAerating && conditionAt(conditions, 'aerator', at)?.state !== 'broken';
  const aeration = works
    ? aerationExchange(
        {
          ratedKilowatts: water.aerator.kilowatts,
          efficiency: water.aerator.efficiency,
          volume: water.area * water.depth,
        },
        temperature,
      )
    : 0;
  const constants = constantsAt(temperature);
  const hydrogen = hydrogenOf(state.carbon, water.alkalinity, constants);
  const met = metDemand(oxygen);
  const carbon = stepCarbon(
    state.carbon,
    hydrogen,
    {
      photosynthesis: rates.photosynthesis,
      respiration: rates.demand * met,
      exchange: rates.exchange + 0.5 * aeration,
    },
    constants,
    STEP_HOURS,
  );
  const days = STEP_HOURS / 24;
  const warmth = 1.08 ** (temperature - 20);
  const nitrified = NITRIFICATION * warmth * state.ammonia * (oxygen / (oxygen + 1));
  // Algae take up ammonia in proportion to photosynthesis.
  const uptake = 0.8 * rates.photosynthesis * state.ammonia;
  const fed = afterFeeding(solarHour(at, longitude));
  const rainHours = now.rain > 0 ? STEP_HOURS : 0;
  return {
    temperature: warmWater(temperature, now, water.depth, STEP_HOURS),
    oxygen: stepOxygen(oxygen, rates, saturation, aeration, STEP_HOURS),
    saturation,
    carbon,
    ph: -Math.log10(hydrogen),
    ammonia: state.ammonia + days * (water.ammoniaRelease * warmth * fed - nitrified - uptake),
    nitrite: state.nitrite + days * (nitrified - NITRITE_OXIDATION * warmth * state.nitrite * (oxygen / (oxygen + 1))),
    washed: state.washed * Math.exp(-STEP_HOURS / 14) + 1.1 * now.rain ** 1.2 * rainHours,
    level: stepLevel(state.level, now, conditionAt(conditions, 'leak', at)?.mmPerHour ?? 0),
    layering: stepLayering(state.layering, now, works),
    isAerating,
  };
}

/** Control of the aerator with hysteresis. */
function switched(
  water: PondWater,
  { oxygen, isAerating }: PondState,
  told: string | undefined,
  order: boolean | undefined,
): boolean {
  if (told === 'absent') return false;
  if (order !== undefined) return order;
  if (told === 'off') return false;
  return isAerating ? oxygen < water.aerator.offAbove : oxygen < water.aerator.onBelow;
}

/** In cold water there is no feeding and little fresh mud: below 20 °C the demand falls faster than by temperature alone, to 0.45 at 8 °C (chosen so that winter water stays near saturation). */
function coldRest(celsius: number): number {
  return 0.45 + 0.55 * Math.min(1, Math.max(0, (celsius - 8) / 12));
}

/** Daily pattern of excretion with mean 1: animals are fed towards evening and excrete for hours. */
function afterFeeding(hour: number): number {
  const since = (hour - 16.5 + 24) % 24;
  return 0.55 + 1.5 * (since / 4) * Math.exp(1 - since / 4) * 0.66;
}

/** Change of the level, mm: rain and runoff, evaporation and seepage, a float valve below and a weir above the set depth. */
function stepLevel(level: number, now: { readonly rain: number; readonly radiation: number }, leak: number): number {
  const lost = 0.00045 * now.radiation + 0.12;
  const inlet = level < 0 ? -0.02 * level : 0;
  const weir = level > 20 ? 0.06 * (level - 20) : 0;
  return level + STEP_HOURS * (1.3 * now.rain + inlet - weir - lost - leak);
}

/** Sun on calm water builds a stratification of up to 4 mg/L; night, wind and the aerator mix it. */
function stepLayering(layering: number, now: { readonly radiation: number; readonly wind: number }, isMixed: boolean) {
  const mixing = (isMixed ? 0.8 : 0.1) + 0.06 * now.wind ** 2 + (now.radiation < 20 ? 0.35 : 0);
  const building = (1.6 * Math.min(1, now.radiation / 700)) / (1 + 0.3 * now.wind ** 2);
  return Math.min(4, Math.max(0, (layering + STEP_HOURS * building) / (1 + STEP_HOURS * mixing)));
}
