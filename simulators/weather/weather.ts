/** The county's weather from a seed: sun, persistent skies, air, moisture, wind, rain. Deterministic at any instant, in any order of calls. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import type { TimedCondition } from '../conditions.ts';
import { createDay, type Day, seedsOf } from './day.ts';
import { NODE_MS, type WeatherNow, weatherAt } from './instant.ts';
import type { Sky } from './sky.ts';

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

const NODES_A_DAY = 24 * 6;
/** Days kept; a fleet asks for the same few again and again. */
const MOST_DAYS = 800;

interface KnownDay extends Day {
  readonly nodes: (WeatherNow | undefined)[];
  summary: DaySummary | undefined;
}

export function createWeather(options: WeatherOptions): Weather {
  const seeds = seedsOf(options.seed);
  const days = new Map<number, KnownDay>();
  const context = { ...options, seeds, dayNumbered };

  function dayNumbered(number: number): KnownDay {
    const known = days.get(number);
    if (known !== undefined) return known;
    if (days.size >= MOST_DAYS) days.clear();
    const nodes = new Array<WeatherNow | undefined>(NODES_A_DAY).fill(undefined);
    const day: KnownDay = { ...createDay(seeds, options.conditions, number), nodes, summary: undefined };
    days.set(number, day);
    return day;
  }

  function node(index: number): WeatherNow {
    const time = index * NODE_MS;
    const number = dayNumberOf(time);
    const { nodes } = dayNumbered(number);
    const place = index - midnightOf(number) / NODE_MS;
    const known = nodes[place];
    if (known !== undefined) return known;
    const computed = weatherAt(time, context);
    nodes[place] = computed;
    return computed;
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
      return share === 0 ? before : interpolate(before, node(index + 1), share);
    },
    dayNumbered(number) {
      const day = dayNumbered(number);
      day.summary ??= summarise(number, day);
      return day.summary;
    },
  };
}

function interpolate(before: WeatherNow, after: WeatherNow, share: number): WeatherNow {
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
}
