/** An orchard station: soil moisture that rises with rain and drains, faster near the surface; leaf wetness in rain and at dawn. Equations and sources: docs/simulators.md. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import type { CreateModel } from '../model.ts';
import { seedOf, smooth, uniform } from '../random.ts';
import { createReadout } from '../readout.ts';
import { NODE_MS } from '../weather/instant.ts';
import { tippedBetween } from '../weather/rain-gauge.ts';
import type { Weather } from '../weather/weather.ts';

const NOISE = {
  air_temperature: 0.05,
  air_humidity: 0.4,
  leaf_wetness: 0.6,
  soil_moisture_20cm: 0.08,
  soil_moisture_40cm: 0.08,
  soil_moisture_60cm: 0.08,
  soil_temperature_20cm: 0.03,
  soil_temperature_40cm: 0.03,
  soil_temperature_60cm: 0.03,
  soil_ec: 1.5,
  soil_ph: 0.01,
};

const DAY = 86_400_000;
/** Memory of rain and temperature, days. */
const MEMORY_DAYS = 40;

interface Layer {
  readonly depth: 20 | 40 | 60;
  /** By depth: days in which water from rain falls to a third, days until it arrives, % by volume per mm. */
  readonly drains: number;
  readonly arrives: number;
  readonly gain: number;
  /** By depth: days over which the air temperature is averaged, and half of the remaining daily swing. */
  readonly warms: number;
  readonly swing: number;
}

const LAYERS: readonly Layer[] = [
  { depth: 20, drains: 6, arrives: 0, gain: 0.16, warms: 3, swing: 0.9 },
  { depth: 40, drains: 12, arrives: 1, gain: 0.09, warms: 9, swing: 0.25 },
  { depth: 60, drains: 20, arrives: 2, gain: 0.06, warms: 18, swing: 0.05 },
];
/** Wilting point and drainage limit of a loam, % by volume. */
const DRY = 14;
const FULL = 40;

const createOrchard: CreateModel = ({ kind, seed, site, device, weather }) => {
  const siteSeed = seedOf(`${seed}/${site}`);
  const readout = createReadout(kind, `${seed}/${device}`, NOISE);
  const clay = uniform(siteSeed, 1);
  return {
    sample(at, since = at - NODE_MS) {
      const now = weather.at(at);
      const top = LAYERS.map((layer) => [layer, stateOf(weather, layer, at, clay)] as const);
      const moisture = top[0]?.[1].moisture ?? DRY;
      return readout.show(
        {
          air_temperature: now.airTemperature + 0.3 * smooth(siteSeed ^ 0x11, at / 7_200_000),
          air_humidity: Math.min(100, now.humidity + 1),
          leaf_wetness: Math.min(100, Math.max(0, now.rain > 0 ? 60 + 20 * now.rain : 12 * (now.humidity - 92))),
          ...Object.fromEntries(
            top.flatMap(([{ depth }, state]) => [
              [`soil_moisture_${depth}cm`, state.moisture],
              [`soil_temperature_${depth}cm`, state.temperature],
            ]),
          ),
          soil_ec: 120 + 9 * moisture + 15 * smooth(siteSeed ^ 0x22, at / (40 * DAY)),
          soil_ph: 6.2 + 0.5 * clay + 0.05 * smooth(siteSeed ^ 0x33, at / (20 * DAY)),
          rainfall: tippedBetween(weather, since, at),
        },
        at,
      );
    },
  };
};
export default createOrchard;

/** Interpolates between midnights, so that nothing jumps. */
function stateOf(
  weather: Weather,
  layer: Layer,
  at: number,
  clay: number,
): { readonly moisture: number; readonly temperature: number } {
  const day = dayNumberOf(at);
  const share = (at - midnightOf(day)) / DAY;
  const [before, after] = [atMidnight(weather, layer, day), atMidnight(weather, layer, day + 1)];
  const water = before.water + (after.water - before.water) * share;
  const warmth = before.warmth + (after.warmth - before.warmth) * share;
  // The maximum follows that of the air by hours, later at greater depth.
  const wave = Math.cos(2 * Math.PI * (share - (16 + layer.depth / 10) / 24));
  const base = DRY + 6 + 4 * clay;
  return {
    moisture: base + (FULL - base) * (1 - Math.exp(-(layer.gain * water) / 10)),
    temperature: warmth + layer.swing * wave,
  };
}

/** Remaining rain of earlier days, mm, and the mean temperature at this depth. */
function atMidnight(weather: Weather, { drains, arrives, warms }: Layer, day: number) {
  let [water, warmth, weights] = [0, 0, 0];
  for (let back = 1; back <= MEMORY_DAYS; back++) {
    const { rain, mean } = weather.dayNumbered(day - back);
    if (back > arrives) water += rain * Math.exp(-(back - 1 - arrives) / drains);
    const weight = Math.exp(-(back - 1) / warms);
    warmth += weight * mean;
    weights += weight;
  }
  return { water, warmth: warmth / weights };
}
