/** A recirculating batch dryer in the harvest season: one batch a day, in hot air for a sixth of the time and tempered for the rest. Equations and sources: docs/simulators.md. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { dryBasis, minutesTo, moistureAfter, wetBasis } from '../grain/drying.ts';
import type { CreateModel } from '../model.ts';
import { seedOf, smooth, uniform } from '../random.ts';
import { createReadout } from '../readout.ts';
import { dayOfYear } from '../weather/sun.ts';

const NOISE = {
  hot_air_temperature: 0.4,
  grain_temperature: 0.1,
  exhaust_temperature: 0.2,
  exhaust_humidity: 0.6,
  grain_moisture: 0.05,
  ambient_temperature: 0.05,
  ambient_humidity: 0.4,
  batch_mass: 0.03,
  fan_current: 0.3,
};

const HOUR = 3_600_000;
const PHASES = { idle: 0, loading: 1, drying: 2, tempering: 3, cooling: 4, unloading: 5 } as const;
/** Harvest of mid rice and ratoon, days of the year: 15 August to 15 November. */
const HARVEST = { from: 227, to: 319 };
const LOADING = 1.5 * HOUR;
const COOLING = HOUR;
const UNLOADING = 1.5 * HOUR;
/** Hot air for a sixth of each ten-minute cycle: tempering to drying 5 to 1. */
const ROUND = HOUR / 6;
const EXPOSED = 1 / 6;
/** Properties of the drying air. */
const AIR = { temperature: 43, humidity: 0.28 };
const TARGET = dryBasis(13.5);

const createDryer: CreateModel = ({ kind, seed, site, device, weather }) => {
  const siteSeed = seedOf(`${seed}/${site}`);
  const readout = createReadout(kind, `${seed}/${device}`, NOISE);
  /** A batch starts each day between 06:00 and 08:00 and ends before the next. */
  const beginningOf = (day: number) => midnightOf(day) + (6 + 2 * uniform(siteSeed, day)) * HOUR;

  function batchAt(at: number) {
    const today = dayNumberOf(at);
    const day = at < beginningOf(today) ? today - 1 : today;
    const date = dayOfYear(midnightOf(day));
    if (date < HARVEST.from || date > HARVEST.to) return undefined;
    const start = dryBasis(19 + 4.5 * uniform(siteSeed ^ 0x11, day));
    const drying = (minutesTo(TARGET, start, AIR) * 60_000) / EXPOSED;
    return { since: at - beginningOf(day), start, drying, mass: 12 + 3 * uniform(siteSeed ^ 0x22, day) };
  }

  return {
    sample(at) {
      const now = weather.at(at);
      const outside = { ambient_temperature: now.airTemperature + 1, ambient_humidity: Math.min(100, now.humidity) };
      const batch = batchAt(at);
      const phase = batch === undefined ? PHASES.idle : phaseAt(batch.since, batch.drying, at);
      const air = { hot_air_temperature: now.airTemperature + 1, exhaust_temperature: now.airTemperature + 1 };
      const still = { burner_on: 0, elevator_on: 0, fan_current: 0, dryer_phase: phase };
      if (batch === undefined || phase === PHASES.idle) return readout.show({ ...outside, ...air, ...still }, at);
      const { since, start, drying, mass } = batch;
      const filled = Math.min(1, since / LOADING) * (1 - Math.max(0, (since - LOADING - drying - COOLING) / UNLOADING));
      const dried = Math.min(drying, Math.max(0, since - LOADING));
      const moisture = moistureAfter((dried * EXPOSED) / 60_000, start, AIR);
      const isHot = phase === PHASES.drying || phase === PHASES.tempering;
      const warmed = isHot
        ? 1 - Math.exp(-dried / HOUR)
        : Math.exp(-Math.max(0, since - LOADING - drying) / (0.5 * HOUR));
      const isWarm = since >= LOADING;
      const above = (top: number) => now.airTemperature + 1 + (isWarm ? warmed * (top - now.airTemperature - 1) : 0);
      const hot = above(AIR.temperature + 1.5 * smooth(siteSeed ^ 0x33, at / (0.4 * HOUR)));
      return readout.show(
        {
          ...outside,
          hot_air_temperature: isHot ? hot : now.airTemperature + 1,
          // 8 to 12 K below the air: evaporation cools, so wet grain is cooler.
          grain_temperature: above(AIR.temperature - 9 - 8 * (moisture - TARGET)),
          exhaust_temperature: above(AIR.temperature - 8 - 15 * (moisture - TARGET)),
          exhaust_humidity: isHot ? Math.min(98, 45 + 280 * (moisture - TARGET)) : outside.ambient_humidity,
          grain_moisture: wetBasis(moisture),
          batch_mass: mass * filled * ((1 + moisture) / (1 + start)),
          burner_on: isHot ? 1 : 0,
          elevator_on: 1,
          fan_current: isHot || phase === PHASES.cooling ? 28 + smooth(siteSeed ^ 0x44, at / (0.2 * HOUR)) : 0,
          dryer_phase: phase,
        },
        at,
      );
    },
  };
};
export default createDryer;

function phaseAt(since: number, drying: number, at: number): number {
  if (since < LOADING) return PHASES.loading;
  if (since < LOADING + drying) return at % ROUND < ROUND * EXPOSED ? PHASES.drying : PHASES.tempering;
  if (since < LOADING + drying + COOLING) return PHASES.cooling;
  return since < LOADING + drying + COOLING + UNLOADING ? PHASES.unloading : PHASES.idle;
}
