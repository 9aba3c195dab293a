/** A seeding drone as reported by its ground station: every second in flight, nothing on the ground. Rules and sources: docs/simulators.md. */
import { cornersOf, DEGREE, planField, type Spot } from '../drone/field-plan.ts';
import { type FlightSecond, flyMission, ORDER, type Sortie } from '../drone/flight.ts';
import { missionAt } from '../drone/missions.ts';
import type { CreateModel } from '../model.ts';
import { gaussian, seedOf, smooth, uniform } from '../random.ts';
import { createReadout } from '../readout.ts';

const NOISE = {
  altitude_agl: 0.03,
  ground_speed: 0.03,
  heading: 0.8,
  hdop: 0.02,
  hopper_weight: 0.04,
  battery_voltage: 0.03,
  wind_speed: 0.2,
};

/** Standard deviation of the position with a fixed and a floating RTK solution, m. */
const FIXED = 0.02;
const FLOATING = 0.3;

/** Outline of a field without one: about 3.5 ha, like terraces of the hills: one long edge, no parallel ones. */
export const FIELD: readonly Spot[] = [
  [-118, -62],
  [96, -88],
  [131, -12],
  [118, 66],
  [-12, 84],
  [-124, 48],
];

const createDroneModel: CreateModel = (setting) => {
  const { kind, seed, site, device, latitude, longitude, boundary, weather, conditions } = setting;
  const siteSeed = seedOf(`${seed}/${site}`);
  const readout = createReadout(kind, `${seed}/${device}`, NOISE);
  const turn = 2 * Math.PI * uniform(siteSeed, 3);
  const corners = boundary
    ? cornersOf(boundary, latitude, longitude)
    : FIELD.map(([x, y]): Spot => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]);
  const plan = planField(corners, ORDER.swath);
  let known: { from: number; sorties: readonly Sortie[] } | undefined;

  function secondAt(at: number): FlightSecond | undefined {
    const mission = missionAt(at, weather, conditions, siteSeed);
    if (mission === undefined) {
      // A mission takes half a megabyte and is not needed after its end.
      known = undefined;
      return undefined;
    }
    if (known?.from !== mission.from)
      known = { from: mission.from, sorties: flyMission(plan, ORDER, mission.from, mission.seed) };
    for (const { from, seconds } of known.sorties) {
      const second = seconds[Math.floor((at - from) / 1000)];
      if (at >= from && second !== undefined) return second;
    }
    return undefined;
  }

  return {
    sample(at) {
      const flying = secondAt(at);
      if (flying === undefined) return {};
      const second = Math.floor(at / 1000);
      // Near trees the fixed solution is lost for seconds.
      const isFloating = smooth(siteSeed ^ 0x41, at / 9000) > 0.93;
      const scatter = isFloating ? FLOATING : FIXED;
      const east = flying.spot[0] + scatter * gaussian(siteSeed ^ 0x42, second);
      const north = flying.spot[1] + scatter * gaussian(siteSeed ^ 0x43, second);
      const now = weather.at(at);
      const rate = flying.speed > 0.5 ? (flying.flow * 10_000) / (60 * ORDER.swath * flying.speed) : 0;
      return readout.show(
        {
          latitude: latitude + north / DEGREE,
          longitude: longitude + east / (DEGREE * Math.cos((latitude * Math.PI) / 180)),
          altitude_agl: flying.altitude,
          ground_speed: flying.speed,
          heading: flying.heading,
          rtk_fix: isFloating ? 5 : 4,
          satellites: Math.round((isFloating ? 19 : 28) + 2.5 * smooth(siteSeed ^ 0x44, at / 40_000)),
          hdop: isFloating ? 1.1 : 0.58,
          hopper_weight: flying.hopper,
          flow_rate: flying.flow,
          seeding_rate: rate,
          disc_speed: flying.isSpreading ? 900 + 12 * gaussian(siteSeed ^ 0x45, second) : 0,
          swath_width: ORDER.swath,
          spreading: flying.isSpreading ? 1 : 0,
          battery_level: flying.battery,
          battery_voltage: flying.voltage,
          wind_speed: 0.8 * now.wind,
          wind_direction: now.windDirection,
          line_index: Math.min(flying.line + 1, plan.lines.length),
          area_covered: flying.area,
        },
        at,
      );
    },
  };
};
export default createDroneModel;
