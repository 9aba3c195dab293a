/** State of a paddy: temperature of water and soil layers, oxygen and carbon under the canopy. */
import { oxygenSaturation } from '../../sensors/oxygen-saturation.ts';
import { createTrajectory, restarts, type Trajectory } from '../trajectory.ts';
import { carbonAt, constantsAt, hydrogenOf, stepCarbon } from '../water/carbon.ts';
import { type Metabolism, metDemand, oxygenRates, stepOxygen } from '../water/oxygen.ts';
import { warmWater } from '../water/temperature.ts';
import { PAR_PER_WATT } from '../weather/weather.ts';
import { seasonAt } from './season.ts';
import { FIELD_STEP_MS, type FieldOptions, type FieldState, levelOf } from './water-balance.ts';

export interface LifeState {
  readonly temperature: number;
  /** Soil at 5, 10, 15 … 40 cm. */
  readonly soil: readonly number[];
  readonly oxygen: number;
  readonly carbon: number;
  readonly ph: number;
}

/**
 * Shallow water at the edge of the ditch under a full canopy; chosen for 3.0 to 5.9 mg/L and pH 7.5 to 7.8, within the range measured
 * in a rice–crab field over a season (2.66-5.72, 7.40-8.23).
 */
export const RICE_FIELD: Metabolism = {
  depth: 0.25,
  maxPhotosynthesis: 0.8,
  halfLight: 150,
  extinction: 3,
  respiration: 0.18,
  sedimentDemand: 1.9,
  animals: 0,
};
/** Share of light under a closed canopy. */
const CANOPY_LIGHT = 0.24;
const ALKALINITY = 2e-3;
/** Depth of water with the daily heat capacity of the mud below, m; without water, the probe lies in the mud. */
const MUD = 0.06;
const DAY_MS = 86_400_000;
const STEP_HOURS = FIELD_STEP_MS / 3_600_000;
/** Distance of the soil layers, m; thermal diffusivity of saturated clay is 5e-7 m²/s, so the daily wave halves every 8 cm. */
const LAYER = 0.05;
const LAYERS = 8;
const CONDUCTION = (5e-7 * FIELD_STEP_MS) / 1000 / LAYER ** 2;

export function createLife(options: FieldOptions, field: Trajectory<FieldState>, phase: number): Trajectory<LifeState> {
  const { weather, regime, shift } = options;
  return createTrajectory<LifeState>({
    stepMs: FIELD_STEP_MS,
    beginningOf: restarts(2 * DAY_MS, 8 * DAY_MS, FIELD_STEP_MS, phase),
    begin: (at) => {
      let air = 0;
      for (let hour = 0; hour < 96; hour += 3) air += weather.at(at - hour * 3_600_000).airTemperature / 32;
      const temperature = Math.max(2, air);
      return {
        temperature,
        soil: new Array<number>(LAYERS).fill(temperature),
        oxygen: 5,
        carbon: carbonAt(7.7, ALKALINITY, constantsAt(temperature)),
        ph: 7.7,
      };
    },
    advance: (state, at) => {
      const now = weather.at(at);
      const { leafArea } = seasonAt(at, regime, shift);
      const level = levelOf(field.at(at).before);
      const { temperature, oxygen } = state;
      const light = Math.max(CANOPY_LIGHT, Math.exp(-0.5 * leafArea));
      const par = now.radiation * PAR_PER_WATT * light;
      const shelter = 1 - 0.5 * (1 - light);
      // Deeper water has the same mud and fewer weeds per volume.
      const depth = Math.min(0.6, Math.max(RICE_FIELD.depth, level / 1000));
      const rates = oxygenRates({ ...RICE_FIELD, depth }, temperature, par, now.wind * shelter);
      const saturation = oxygenSaturation(temperature, now.pressure);
      const constants = constantsAt(temperature);
      const hydrogen = hydrogenOf(state.carbon, ALKALINITY, constants);
      const flows = {
        photosynthesis: rates.photosynthesis,
        respiration: rates.demand * metDemand(oxygen),
        exchange: rates.exchange,
      };
      return {
        temperature: warmWater(temperature, now, Math.max(0, level / 1000) + MUD, STEP_HOURS, leafArea),
        soil: conduct(temperature, state.soil),
        oxygen: stepOxygen(oxygen, rates, saturation, 0, STEP_HOURS),
        carbon: stepCarbon(state.carbon, hydrogen, flows, constants, STEP_HOURS),
        ph: -Math.log10(hydrogen),
      };
    },
  });
}

/** One explicit step of heat conduction from the water downwards; no heat flows below the last layer. */
function conduct(surface: number, soil: readonly number[]): readonly number[] {
  return soil.map((here, layer) => {
    const above = soil[layer - 1] ?? surface;
    const below = soil[layer + 1] ?? here;
    return here + CONDUCTION * (above - 2 * here + below);
  });
}
