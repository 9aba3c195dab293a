/** A pond station: readings of its probes. Equations and sources: docs/simulators.md. */
import { conditionAt } from '../conditions.ts';
import type { CreateModel } from '../model.ts';
import { createAeratorOrders } from '../pond/aerator-orders.ts';
import { createPond, type PondState, variedWater } from '../pond/pond.ts';
import { waterOf } from '../pond/waters.ts';
import { seedOf, smooth, uniform } from '../random.ts';
import { createReadout } from '../readout.ts';
import { between } from '../trajectory.ts';
import { solarHour } from '../weather/sun.ts';

/** Standard deviations of the probes, in units of the fields; steps from minute to minute of a lake buoy had a median of 0.015 mg/L. */
const NOISE = {
  water_temperature: 0.03,
  dissolved_oxygen: 0.016,
  oxygen_saturation: 0.2,
  ph: 0.008,
  ammonia_nitrogen: 0.006,
  nitrite_nitrogen: 0.001,
  turbidity: 0.9,
  specific_conductance: 1.2,
  orp: 2,
  chlorophyll_a: 0.8,
  water_level: 1.6,
};

const HOUR = 3_600_000;

const createPondModel: CreateModel = ({ kind, seed, site, device, profile, longitude, weather, conditions }) => {
  const siteSeed = seedOf(`${seed}/${site}`);
  const water = variedWater(waterOf(profile), `${seed}/${site}`);
  const orders = createAeratorOrders();
  const pond = createPond({ water, weather, longitude, conditions, orders, phase: uniform(siteSeed, 0) });
  const readout = createReadout(kind, `${seed}/${device}`, NOISE);
  // A device named so is near the bottom; it does not measure the level and the aerator.
  const isDeep = /deep|bottom/.test(device);
  const setDepth = 1000 * water.depth + 100;

  return {
    obey(name, value, at) {
      const isThere = !isDeep && conditionAt(conditions, 'aerator', at)?.state !== 'absent';
      return name === 'aerator' && isThere ? orders.take(value, at) : undefined;
    },
    sample(at) {
      const moment = pond.at(at);
      const of = (pick: (state: PondState) => number) => between(moment, pick);
      const layering = isDeep ? of((state) => state.layering) : 0;
      const temperature = of((state) => state.temperature) - 0.45 * layering;
      // Patches of water with more or less algae drift past the probe.
      const patches = 0.06 * smooth(siteSeed ^ 0x11, at / (0.15 * HOUR)) + 0.1 * smooth(siteSeed ^ 0x22, at / HOUR);
      const surface = of((state) => state.oxygen);
      const oxygen = Math.max(0.02 * surface, surface - Math.min(layering, 0.75 * surface) + patches * (surface / 6));
      const ph = of((state) => state.ph) - 0.06 * layering;
      const now = weather.at(at);
      const stirring = 0.5 - 0.5 * Math.cos((2 * Math.PI * (solarHour(at, longitude) - 12)) / 24);
      const cloudiness =
        1 + 0.12 * smooth(siteSeed ^ 0x33, at / (2 * HOUR)) + 0.08 * smooth(siteSeed ^ 0x44, at / (0.3 * HOUR));
      const washed = of((state) => state.washed);
      const level = of((state) => state.level);
      const bloom = 1 + 0.35 * smooth(siteSeed ^ 0x66, at / (96 * HOUR));
      const aerator = conditionAt(conditions, 'aerator', at)?.state;
      const isOn = orders.at(at) ?? moment.before.isAerating;
      const power =
        isOn && aerator !== 'broken'
          ? water.aerator.kilowatts * (0.98 + 0.02 * smooth(siteSeed ^ 0x77, at / 60_000))
          : 0;
      return readout.show(
        {
          water_temperature: temperature,
          dissolved_oxygen: oxygen,
          oxygen_saturation: (100 * oxygen) / of((state) => state.saturation),
          ph,
          ammonia_nitrogen: of((state) => state.ammonia) * (1 + 0.1 * layering),
          nitrite_nitrogen: of((state) => state.nitrite),
          turbidity:
            (water.turbidity * (0.8 + 0.2 * bloom) + water.stirred * stirring + 0.8 * Math.max(0, now.wind - 4) ** 2) *
              cloudiness +
            washed,
          specific_conductance:
            1e5 * water.alkalinity * 1.6 * (1 - 0.0006 * level) + 10 * smooth(siteSeed ^ 0x55, at / (30 * HOUR)),
          orp:
            120 + 90 * (oxygen / (oxygen + 3)) + 25 * (8.2 - ph) * 0.6 + 8 * smooth(siteSeed ^ 0x88, at / (3 * HOUR)),
          chlorophyll_a: water.chlorophyll * bloom * (0.92 + 0.16 * (1 - stirring)),
          ...(isDeep
            ? {}
            : {
                water_level: setDepth + level,
                ...(aerator !== 'absent' && { aerator_on: isOn ? 1 : 0, aerator_power: power }),
              }),
        },
        at,
      );
    },
  };
};
export default createPondModel;
