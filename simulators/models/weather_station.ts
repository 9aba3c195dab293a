/** A weather station in the weather of the county. Equations and sources: docs/simulators.md. */
import type { CreateModel } from '../model.ts';
import { seedOf, smooth } from '../random.ts';
import { createReadout } from '../readout.ts';
import { NODE_MS } from '../weather/instant.ts';
import { tippedBetween } from '../weather/rain-gauge.ts';
import { PAR_PER_WATT } from '../weather/weather.ts';

const NOISE = {
  air_temperature: 0.05,
  air_humidity: 0.4,
  air_pressure: 0.08,
  wind_speed: 0.15,
  wind_direction: 6,
  solar_radiation: 1.5,
  par: 2,
  illuminance: 60,
};

/** lx per W/m² of sunlight. */
const LUX_PER_WATT = 118;
/** Wind at 2 m, where it is measured, for one at 10 m: FAO-56 equation 47. */
const AT_TWO_METRES = 0.748;

const createStation: CreateModel = ({ kind, seed, site, device, weather }) => {
  const siteSeed = seedOf(`${seed}/${site}`);
  const readout = createReadout(kind, `${seed}/${device}`, NOISE);
  return {
    sample(at, since = at - NODE_MS) {
      const now = weather.at(at);
      // Its valley is slightly warmer or cooler than the county.
      const local = 0.4 * smooth(siteSeed ^ 0x11, at / 7_200_000);
      return readout.show(
        {
          air_temperature: now.airTemperature + local,
          air_humidity: Math.min(100, now.humidity),
          air_pressure: now.pressure,
          wind_speed: Math.max(0, AT_TWO_METRES * now.wind),
          wind_direction: now.windDirection,
          rainfall: tippedBetween(weather, since, at),
          solar_radiation: now.radiation,
          par: PAR_PER_WATT * now.radiation,
          illuminance: LUX_PER_WATT * now.radiation,
        },
        at,
      );
    },
  };
};
export default createStation;
