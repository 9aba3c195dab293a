/** The weather at one instant, from its day, the days beside it, the sun and the conditions that a scenario imposes. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { pressureAt } from '../../sensors/oxygen-saturation.ts';
import { conditionAt, type TimedCondition } from '../conditions.ts';
import { smooth } from '../random.ts';
import type { Day, Seeds } from './day.ts';
import { clearnessOf } from './sky.ts';
import { dayOfYear, extraterrestrial, solarHour, sunrise } from './sun.ts';

export interface WeatherNow {
  /** Global radiation on a level surface, W/m². */
  readonly radiation: number;
  readonly airTemperature: number;
  readonly dewPoint: number;
  /** %. */
  readonly humidity: number;
  /** At 10 m, m/s. */
  readonly wind: number;
  /** Degrees from which it blows. */
  readonly windDirection: number;
  /** mm/h, the mean of the ten minutes that begin at the last full ten. */
  readonly rain: number;
  /** hPa at the height of the place. */
  readonly pressure: number;
}

export interface WeatherContext {
  readonly latitude: number;
  readonly longitude: number;
  /** m above the sea. */
  readonly elevation: number;
  readonly conditions: readonly TimedCondition[];
  readonly seeds: Seeds;
  readonly dayNumbered: (number: number) => Day;
}

/** Weather is computed for every full ten minutes and interpolated in between. */
export const NODE_MS = 600_000;
const HOUR = 3_600_000;

export function weatherAt(time: number, context: WeatherContext): WeatherNow {
  const { latitude, longitude, seeds, conditions } = context;
  const hour = solarHour(time, longitude, dayOfYear(time));
  const blend = blendOfDays(time, context);
  const rain = rainAt(time, context);
  const { airTemperature, dewPoint } = airAt(time, hour, blend, context);
  const gusts = 1 + 0.45 * smooth(seeds.gust, time / (0.5 * HOUR)) + 0.25 * smooth(seeds.gust ^ 0x77, time / NODE_MS);
  const sinceSeven = hour - 7;
  const breeze =
    blend((day) => day.breeze) * (0.6 + 0.8 * Math.max(0, sinceSeven < 13 ? Math.sin((Math.PI * sinceSeven) / 13) : 0));
  const wind = conditionAt(conditions, 'wind', time)?.speed ?? breeze + (rain > 5 ? 1.5 : 0);
  return {
    radiation: extraterrestrial(time, latitude, longitude) * clearnessAt(time, context),
    airTemperature,
    dewPoint,
    humidity: 100 * Math.exp(magnus(dewPoint) - magnus(airTemperature)),
    wind: Math.max(0.05, wind * gusts),
    windDirection: windDirectionAt(time, seeds),
    rain,
    pressure: pressureAtHour(time, hour, context),
  };
}

/** A day's figures change gradually into the next day's, from noon to noon. */
function blendOfDays(time: number, { dayNumbered }: WeatherContext): (pick: (day: Day) => number) => number {
  const number = dayNumberOf(time);
  const position = (time - midnightOf(number)) / (24 * HOUR) - 0.5;
  const day = dayNumbered(number);
  const other = dayNumbered(position < 0 ? number - 1 : number + 1);
  const share = Math.abs(position);
  return (pick) => pick(day) * (1 - share) + pick(other) * share;
}

function airAt(time: number, hour: number, blend: ReturnType<typeof blendOfDays>, context: WeatherContext) {
  const { latitude, seeds, conditions } = context;
  const wetness = wetnessAt(time, context);
  const warming = conditionAt(conditions, 'air', time)?.warmerBy ?? 0;
  const airTemperature =
    blend((day) => day.mean) +
    blend((day) => day.amplitude) * dailyCourse(hour, sunrise(dayOfYear(time), latitude)) +
    0.3 * smooth(seeds.air, time / HOUR) -
    2 * wetness +
    warming;
  const moist =
    blend((day) => day.dewPoint) + 0.7 * warming + wetness + 0.5 * smooth(seeds.dew ^ 0x77, time / (4 * HOUR));
  return { airTemperature, dewPoint: Math.min(airTemperature - 0.15, moist) };
}

function rainAt(time: number, { conditions, dayNumbered }: WeatherContext, number = dayNumberOf(time)): number {
  const imposed = conditionAt(conditions, 'rain', time);
  if (imposed !== undefined) return imposed.mmPerHour;
  let sum = 0;
  // A night's rain may continue into the next day.
  for (const day of [dayNumbered(number - 1), dayNumbered(number)])
    for (const pulse of day.pulses) if (time >= pulse.from && time < pulse.to) sum += pulse.mmPerHour;
  return sum;
}

/** 0…1: air stays cooler and moister for an hour or two after rain. */
function wetnessAt(time: number, context: WeatherContext): number {
  const number = dayNumberOf(time);
  let fallen = 0;
  for (let back = 0; back < 18; back++)
    fallen += (rainAt(time - back * NODE_MS, context, number) / 6) * Math.exp(-back / 6);
  return 1 - Math.exp(-fallen / 3);
}

/** Passing clouds: few on a clear day, many on a mixed one; the day's mean is unchanged. */
function clearnessAt(time: number, { conditions, seeds, dayNumbered }: WeatherContext): number {
  const imposed = conditionAt(conditions, 'sky', time);
  const day = dayNumbered(dayNumberOf(time));
  const [sky, base] =
    imposed === undefined
      ? [day.sky, day.clearness]
      : [imposed.state, imposed.clearness ?? clearnessOf(imposed.state, 0.5)];
  const reach = sky === 'clear' ? 0.05 : sky === 'mixed' ? 0.5 : 0.3;
  const passing =
    0.6 * smooth(seeds.cloud, time / (0.7 * HOUR)) + 0.4 * smooth(seeds.cloud ^ 0x55, time / (0.25 * HOUR));
  return Math.min(0.75, Math.max(0.05, base * (1 + reach * passing)));
}

function windDirectionAt(time: number, seeds: Seeds): number {
  const degrees = 45 + 70 * smooth(seeds.turn, time / (7 * HOUR)) + 40 * smooth(seeds.turn ^ 0x99, time / HOUR);
  return ((degrees % 360) + 360) % 360;
}

function pressureAtHour(time: number, hour: number, { elevation, seeds }: WeatherContext): number {
  const standard = pressureAt(elevation);
  return standard + 6 * smooth(seeds.pressure, time / (60 * HOUR)) + 1.2 * Math.cos((Math.PI / 6) * (hour - 10));
}

/** -1 at sunrise, 1 at 15 h solar time, joined by half cosines: air is coldest at sunrise, not at midnight. */
function dailyCourse(hour: number, rise: number): number {
  const hottest = 15;
  if (hour >= rise && hour < hottest) return -Math.cos((Math.PI * (hour - rise)) / (hottest - rise));
  const since = hour >= hottest ? hour - hottest : hour + 24 - hottest;
  return Math.cos((Math.PI * since) / (24 - hottest + rise));
}

/** Exponent of Magnus' formula for the vapour pressure over water. */
function magnus(celsius: number): number {
  return (17.62 * celsius) / (243.12 + celsius);
}
