/** A paddy station: levels of field and ditch, temperatures of water and soil, oxygen, rain and irrigation. Equations and sources: docs/simulators.md. */
import type { CreateModel } from '../model.ts';
import { createLife } from '../paddy/life.ts';
import { regimeOf, seasonAt } from '../paddy/season.ts';
import { createField, type FieldState, IRRIGATION, levelOf } from '../paddy/water-balance.ts';
import { seedOf, smooth, uniform } from '../random.ts';
import { createReadout } from '../readout.ts';
import { between } from '../trajectory.ts';

const NOISE = {
  water_level: 0.7,
  ditch_water_level: 1,
  water_temperature: 0.06,
  soil_temperature: 0.04,
  soil_temperature_5cm: 0.04,
  soil_temperature_10cm: 0.04,
  soil_temperature_20cm: 0.04,
  soil_moisture: 0.15,
  dissolved_oxygen: 0.02,
  ph: 0.01,
  turbidity: 1.5,
  specific_conductance: 1.5,
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Reporting interval in the field. */
const REPORT = HOUR / 6;
/** m². */
const AREA = 8000;
/** Bucket of the rain gauge, mm. */
const TIP = 0.2;

const createPaddyModel: CreateModel = (setting) => {
  const { kind, seed, site, device, profile, latitude, longitude, weather, conditions } = setting;
  const siteSeed = seedOf(`${seed}/${site}`);
  const regime = regimeOf(profile);
  // Neighbouring fields are planted within ten days.
  const shift = setting.lateDays ?? Math.round(10 * uniform(siteSeed, 1) - 5);
  const leakiness = 0.7 + 0.7 * uniform(siteSeed, 2);
  const options = { weather, latitude, longitude, regime, shift, leakiness, conditions };
  const field = createField(options);
  const life = createLife(options, field, uniform(siteSeed, 0));
  const readout = createReadout(kind, `${seed}/${device}`, NOISE);
  const hasAnimals = regime !== 'alternate';

  /** Rain between two instants in whole tips, mm; at most one day, the memory of a gauge. */
  function rainfall(since: number, at: number): number {
    const tips = (time: number) => Math.floor(between(field.at(time), (state: FieldState) => state.rain) / TIP);
    const before = tips(Math.max(since, at - DAY));
    return Math.max(0, tips(at) - before) * TIP;
  }

  return {
    sample(at, since = at - REPORT) {
      const rain = rainfall(since, at);
      const water = field.at(at);
      const { wish } = seasonAt(at, regime, shift);
      const alive = life.at(at);
      const now = weather.at(at);
      const soil = (layer: number) => between(alive, (state) => state.soil[layer] ?? Number.NaN);
      const level = between(water, levelOf);
      const isIrrigating = water.after.irrigation > water.before.irrigation;
      const supply = 1 + 0.06 * smooth(siteSeed ^ 0x21, at / (0.4 * HOUR));
      // Wind ripples the surface, mostly by day.
      const ripple = level > 0 ? 0.7 * now.wind * smooth(siteSeed ^ 0x31, at / 120_000) : 0;
      const patches = 1 + 0.05 * smooth(siteSeed ^ 0x41, at / (0.3 * HOUR));
      return readout.show(
        {
          water_level: level + ripple,
          ditch_water_level: between(water, (state) => state.ditch) + ripple,
          water_temperature: between(alive, (state) => state.temperature),
          soil_temperature: soil(1),
          soil_temperature_5cm: soil(0),
          soil_temperature_10cm: soil(1),
          soil_temperature_20cm: soil(3),
          soil_moisture: 55 - (level < 0 ? 22 * (1 - Math.exp(level / 260)) : 0),
          dissolved_oxygen: between(alive, (state) => state.oxygen) * patches,
          ...(hasAnimals && {
            ph: between(alive, (state) => state.ph),
            turbidity: (45 + 35 * smooth(siteSeed ^ 0x51, at / (9 * HOUR)) ** 2 + 3 * now.rain) * patches,
            specific_conductance: 330 + 25 * smooth(siteSeed ^ 0x61, at / (60 * HOUR)) - 0.05 * level,
          }),
          rainfall: rain,
          irrigation_flow: isIrrigating ? ((IRRIGATION * AREA) / 1000) * supply : 0,
          pump_on: isIrrigating ? 1 : 0,
          gate_state: wish.outlet <= 10 ? 2 : water.after.outflow > water.before.outflow ? 1 : 0,
        },
        at,
      );
    },
  };
};
export default createPaddyModel;
