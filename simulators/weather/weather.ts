/** The county's weather from a seed: sun, persistent skies, air, moisture, wind, rain. Deterministic at any instant, in any order of calls. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { pressureAt } from '../../sensors/oxygen-saturation.ts';
import { conditionAt, type TimedCondition } from '../conditions.ts';
import { noise, seedOf, smooth, uniform } from '../random.ts';
import { climateOn } from './climate.ts';
import { type Pulse, pulsesOn } from './rain.ts';
import { clearnessOf, type Sky, skyOn } from './sky.ts';
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

export interface DaySummary {
  readonly sky: Sky;
  readonly maximum: number;
  readonly minimum: number;
  readonly mean: number;
  /** Mean global radiation over the 24 hours, W/m². */
  readonly radiation: number;
  /** mm. */
  readonly rain: number;
}

export interface Weather {
  at(time: number): WeatherNow;
  /** A whole local day, by its number (`dayNumberOf`). */
  dayNumbered(number: number): DaySummary;
}

export interface WeatherOptions {
  readonly seed: string;
  readonly latitude: number;
  readonly longitude: number;
  /** m above the sea. */
  readonly elevation: number;
  readonly conditions: readonly TimedCondition[];
}

/** Valleys of Kaijiang, m. */
export const KAIJIANG = { latitude: 31.08, longitude: 107.88, elevation: 440 };
/** Photosynthetically active photons, µmol/m²/s, in a W/m² of sunlight. */
export const PAR_PER_WATT = 0.45 * 4.57;

/** Weather is worked out at each full ten minutes and lies on a line in between. */
export const NODE_MS = 600_000;
const NODES_A_DAY = 144;
const HOUR = 3_600_000;
/** Days kept; a fleet asks for the same few again and again. */
const MOST_DAYS = 800;

interface Day {
  readonly sky: Sky;
  readonly clearness: number;
  readonly mean: number;
  readonly amplitude: number;
  readonly dewPoint: number;
  readonly breeze: number;
  readonly pulses: readonly Pulse[];
  readonly nodes: (WeatherNow | undefined)[];
  summary: DaySummary | undefined;
}

export function createWeather(options: WeatherOptions): Weather {
  const { latitude, longitude, elevation, conditions } = options;
  const seed = (name: string) => seedOf(`${options.seed}/weather/${name}`);
  const seeds = {
    sky: seed('sky'),
    clearness: seed('clearness'),
    cloud: seed('cloud'),
    warmth: seed('warmth'),
    air: seed('air'),
    dew: seed('dew'),
    breeze: seed('breeze'),
    gust: seed('gust'),
    turn: seed('turn'),
    rain: seed('rain'),
    pressure: seed('pressure'),
  };
  const days = new Map<number, Day>();
  const standardPressure = pressureAt(elevation);

  function dayNumbered(number: number): Day {
    let day = days.get(number);
    if (day === undefined) {
      if (days.size >= MOST_DAYS) days.clear();
      day = makeDay(number);
      days.set(number, day);
    }
    return day;
  }

  function makeDay(number: number): Day {
    const noon = midnightOf(number) + 12 * HOUR;
    const told = conditionAt(conditions, 'sky', noon);
    const sky = told?.state ?? skyOn(seeds.sky, number);
    const climate = climateOn(dayOfYear(noon));
    // Spells of some days, warmer or colder than the season, larger in winter and spring than in summer.
    const reach = 2.5 + 2 * Math.max(0, (20 - climate.minimum) / 20);
    const spell = reach * smooth(seeds.warmth, number / 5) + 0.4 * reach * smooth(seeds.warmth ^ 0x1234567, number / 2);
    const isWarmSeason = climate.maximum > 20;
    const bySky = sky === 'clear' ? (isWarmSeason ? 1.2 : -0.3) : sky === 'overcast' ? (isWarmSeason ? -1.6 : 0.2) : 0;
    const widening = sky === 'clear' ? 1.25 : sky === 'mixed' ? 1 : 0.5;
    const amplitude = ((climate.maximum - climate.minimum) / 2) * widening;
    const mean = (climate.maximum + climate.minimum) / 2 + spell + bySky;
    return {
      sky,
      clearness: told?.clearness ?? clearnessOf(sky, uniform(seeds.clearness, number)),
      mean,
      amplitude,
      dewPoint: mean - amplitude - 0.7 + 0.7 * noise(seeds.dew, number),
      breeze: 1.2 * (0.6 + 0.9 * uniform(seeds.breeze, number) ** 2 + (sky === 'clear' ? 0 : 0.15)),
      pulses: pulsesOn(seeds.rain, number, sky),
      nodes: new Array<WeatherNow | undefined>(NODES_A_DAY).fill(undefined),
      summary: undefined,
    };
  }

  function rainAt(time: number, number: number): number {
    const told = conditionAt(conditions, 'rain', time);
    if (told !== undefined) return told.mmPerHour;
    let sum = 0;
    // A night's rain may reach into the next day.
    for (const each of [dayNumbered(number - 1), dayNumbered(number)])
      for (const pulse of each.pulses) if (time >= pulse.from && time < pulse.to) sum += pulse.mmPerHour;
    return sum;
  }

  /** 0…1: air stays cooler and moister for an hour or two after rain. */
  function wetnessAt(time: number, number: number): number {
    let fallen = 0;
    for (let back = 0; back < 18; back++) fallen += (rainAt(time - back * NODE_MS, number) / 6) * Math.exp(-back / 6);
    return 1 - Math.exp(-fallen / 3);
  }

  function work(time: number, number: number, day: Day): WeatherNow {
    const date = dayOfYear(time);
    const hour = solarHour(time, longitude, date);
    // What belongs to a day glides into the next, middle to middle.
    const position = (time - midnightOf(number)) / (24 * HOUR) - 0.5;
    const other = dayNumbered(position < 0 ? number - 1 : number + 1);
    const share = Math.abs(position);
    const blend = (pick: (day: Day) => number) => pick(day) * (1 - share) + pick(other) * share;
    const rain = rainAt(time, number);
    const wetness = wetnessAt(time, number);
    const warming = conditionAt(conditions, 'air', time)?.warmerBy ?? 0;
    const airTemperature =
      blend((each) => each.mean) +
      blend((each) => each.amplitude) * dailyCourse(hour, sunrise(date, latitude)) +
      0.3 * smooth(seeds.air, time / HOUR) -
      2 * wetness +
      warming;
    const moist =
      blend((each) => each.dewPoint) + 0.7 * warming + wetness + 0.5 * smooth(seeds.dew ^ 0x77, time / (4 * HOUR));
    const dewPoint = Math.min(airTemperature - 0.15, moist);
    const gusts = 1 + 0.45 * smooth(seeds.gust, time / (0.5 * HOUR)) + 0.25 * smooth(seeds.gust ^ 0x77, time / NODE_MS);
    const clock = hour - 7;
    const breeze =
      blend((each) => each.breeze) * (0.6 + 0.8 * Math.max(0, clock < 13 ? Math.sin((Math.PI * clock) / 13) : 0));
    const wind = conditionAt(conditions, 'wind', time)?.speed ?? breeze + (rain > 5 ? 1.5 : 0);
    return {
      radiation: extraterrestrial(time, latitude, longitude) * clearness(time, day),
      airTemperature,
      dewPoint,
      humidity: 100 * Math.exp(magnus(dewPoint) - magnus(airTemperature)),
      wind: Math.max(0.05, wind * gusts),
      windDirection:
        (((45 + 70 * smooth(seeds.turn, time / (7 * HOUR)) + 40 * smooth(seeds.turn ^ 0x99, time / HOUR)) % 360) +
          360) %
        360,
      rain,
      pressure:
        standardPressure + 6 * smooth(seeds.pressure, time / (60 * HOUR)) + 1.2 * Math.cos((Math.PI / 6) * (hour - 10)),
    };
  }

  /** Clouds pass: little on a clear day, much on a mixed one; the day's mean stays. */
  function clearness(time: number, day: Day): number {
    const told = conditionAt(conditions, 'sky', time);
    const [sky, base] =
      told === undefined ? [day.sky, day.clearness] : [told.state, told.clearness ?? clearnessOf(told.state, 0.5)];
    const reach = sky === 'clear' ? 0.05 : sky === 'mixed' ? 0.5 : 0.3;
    const passing =
      0.6 * smooth(seeds.cloud, time / (0.7 * HOUR)) + 0.4 * smooth(seeds.cloud ^ 0x55, time / (0.25 * HOUR));
    return Math.min(0.75, Math.max(0.05, base * (1 + reach * passing)));
  }

  function node(index: number): WeatherNow {
    const time = index * NODE_MS;
    const number = dayNumberOf(time);
    const day = dayNumbered(number);
    const place = index - midnightOf(number) / NODE_MS;
    const known = day.nodes[place];
    if (known !== undefined) return known;
    const made = work(time, number, day);
    day.nodes[place] = made;
    return made;
  }

  function summarise(number: number, { sky }: Day): DaySummary {
    const first = midnightOf(number) / NODE_MS;
    const sums = { maximum: -Infinity, minimum: Infinity, mean: 0, radiation: 0, rain: 0 };
    for (let place = 0; place < NODES_A_DAY; place++) {
      const now = node(first + place);
      sums.maximum = Math.max(sums.maximum, now.airTemperature);
      sums.minimum = Math.min(sums.minimum, now.airTemperature);
      sums.mean += now.airTemperature / NODES_A_DAY;
      sums.radiation += now.radiation / NODES_A_DAY;
      sums.rain += now.rain / 6;
    }
    return { sky, ...sums };
  }

  return {
    at(time) {
      const index = Math.floor(time / NODE_MS);
      const before = node(index);
      const share = time / NODE_MS - index;
      if (share === 0) return before;
      const after = node(index + 1);
      const between = (from: number, to: number) => from + (to - from) * share;
      return {
        radiation: between(before.radiation, after.radiation),
        airTemperature: between(before.airTemperature, after.airTemperature),
        dewPoint: between(before.dewPoint, after.dewPoint),
        humidity: between(before.humidity, after.humidity),
        wind: between(before.wind, after.wind),
        windDirection: before.windDirection,
        rain: before.rain,
        pressure: between(before.pressure, after.pressure),
      };
    },
    dayNumbered(number) {
      const day = dayNumbered(number);
      day.summary ??= summarise(number, day);
      return day.summary;
    },
  };
}

/** -1 at sunrise, 1 at 15 h solar time, joined by half cosines: air is coldest when the sun comes, not at midnight. */
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
