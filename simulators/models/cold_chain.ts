/** A logger in a cold store or refrigerated van: air that warms within minutes, cargo that takes hours. Equations and sources: docs/simulators.md. */
import { type Box, type BoxState, beginBox, saturatedMoisture, stepBox } from '../cold/box.ts';
import { boxOf } from '../cold/boxes.ts';
import { createRoute, DEGREE, type Route } from '../cold/route.ts';
import { isDefrosting, isStoreDoorOpen } from '../cold/store-day.ts';
import { conditionAt, type TimedCondition } from '../conditions.ts';
import type { CreateModel } from '../model.ts';
import { gaussian, seedOf, smooth, uniform } from '../random.ts';
import { createReadout } from '../readout.ts';
import { between, createTrajectory, restarts } from '../trajectory.ts';
import type { Weather } from '../weather/weather.ts';

const NOISE = {
  air_temperature: 0.05,
  product_temperature: 0.03,
  air_humidity: 0.5,
  hot_gas_temperature: 0.3,
  suction_temperature: 0.3,
  ambient_temperature: 0.1,
  heading: 1.5,
};

const STEP_MS = 30_000;
const HOUR = 3_600_000;
/** The cargo of a store follows the air within a day, so 36 hours suffice. */
const SPIN_UP_MS = 36 * HOUR;
const SHOWN_MS = 12 * HOUR;
/** New cargo is warmer than the set point by this, K. */
const LOADED_WARMER = 0.8;
/** Error of the position, m. */
const POSITION_NOISE = 3.5;

const createColdModel: CreateModel = (setting) => {
  const { kind, seed, site, device, profile, siteType, weather, conditions } = setting;
  const siteSeed = seedOf(`${seed}/${site}`);
  const box = boxOf(siteType, profile);
  const route = siteType === 'vehicle' ? createRoute(`${seed}/${site}`) : undefined;
  const readout = createReadout(kind, `${seed}/${device}`, NOISE);
  const isOpen = (at: number) =>
    conditionAt(conditions, 'door', at) !== undefined ||
    (route === undefined ? isStoreDoorOpen(siteSeed, at) : route.at(at).isDoorOpen);
  const defrosts = (at: number) => route === undefined && isDefrosting(siteSeed, at);
  const room = createTrajectory<BoxState>({
    stepMs: STEP_MS,
    beginningOf: restarts(SHOWN_MS, SPIN_UP_MS, STEP_MS, uniform(siteSeed, 0)),
    begin: (at) => beginBox(box, weather.at(at).airTemperature),
    advance: (state, at) => advanceRoom(box, state, at, { weather, conditions, route, isOpen, defrosts }),
  });

  return {
    sample(at) {
      const moment = room.at(at);
      const isDoorOpen = isOpen(at);
      const outside = weather.at(at).airTemperature + (route === undefined ? 1.5 : 0);
      const daylight = Math.min(1, weather.at(at).radiation / 300);
      return readout.show(
        {
          air_temperature: between(moment, (state) => state.probe),
          product_temperature: between(moment, (state) => state.cargo),
          setpoint_temperature: box.setpoint,
          air_humidity: between(moment, (state) => state.humidity) + 1.5 * smooth(siteSeed ^ 0x9, at / HOUR),
          door_open: isDoorOpen ? 1 : 0,
          compressor_on: moment.after.isCooling ? 1 : 0,
          hot_gas_temperature: between(moment, (state) => state.hotGas),
          suction_temperature: between(moment, (state) => state.suction),
          ambient_temperature: outside,
          ...(route === undefined
            ? { defrost_on: defrosts(at) ? 1 : 0 }
            : {
                ...travelling(route, siteSeed, at),
                light: isDoorOpen ? 60 + 900 * daylight : 0,
              }),
        },
        at,
      );
    },
  };
};
export default createColdModel;

interface Happenings {
  readonly weather: Weather;
  readonly conditions: readonly TimedCondition[];
  readonly route: Route | undefined;
  readonly isOpen: (at: number) => boolean;
  readonly defrosts: (at: number) => boolean;
}

function advanceRoom(box: Box, state: BoxState, at: number, happenings: Happenings): BoxState {
  const { weather, conditions, route, isOpen, defrosts } = happenings;
  const now = weather.at(at);
  const isFailed = conditionAt(conditions, 'compressor', at) !== undefined;
  const stepped = stepBox(
    box,
    state,
    {
      temperature: now.airTemperature,
      moisture: saturatedMoisture(now.dewPoint),
      radiation: now.radiation,
      isDoorOpen: isOpen(at),
      isDefrosting: defrosts(at),
      isFailed,
    },
    STEP_MS / 1000,
  );
  return route?.loads(at, at + STEP_MS) === true ? { ...stepped, cargo: box.setpoint + LOADED_WARMER } : stepped;
}

/** Fields of the van's terminal; in a tunnel it has no position and sends none. */
function travelling(route: Route, seed: number, at: number): Record<string, number | undefined> {
  const place = route.at(at);
  const isMoving = place.speed > 0;
  const bumps = isMoving ? 1.5 + 1.2 * Math.abs(gaussian(seed ^ 0x71, Math.floor(at / 1000))) : 0.2;
  if (!place.hasFix) return { shock: bumps };
  const wander = (salt: number) => (POSITION_NOISE * 1.6 * smooth(seed ^ salt, at / 40_000)) / DEGREE;
  return {
    latitude: place.latitude + wander(0x72),
    longitude: place.longitude + wander(0x73),
    speed: place.speed * (1 + 0.08 * smooth(seed ^ 0x74, at / 20_000)),
    heading: isMoving ? place.heading : undefined,
    shock: bumps + (isMoving && uniform(seed ^ 0x75, Math.floor(at / 10_000)) > 0.97 ? 9 : 0),
  };
}
