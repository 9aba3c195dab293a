/** What the weather of one day is built on: its sky, the season's temperatures, moisture, breeze and rain, drawn from a seed. */
import { midnightOf } from '../../base/beijing-time.ts';
import { conditionAt, type TimedCondition } from '../conditions.ts';
import { noise, seedOf, smooth, uniform } from '../random.ts';
import { climateOn } from './climate.ts';
import { type Pulse, pulsesOn } from './rain.ts';
import { clearnessOf, type Sky, skyOn } from './sky.ts';
import { dayOfYear } from './sun.ts';

export interface Day {
  readonly sky: Sky;
  /** Share of the extraterrestrial radiation that arrives. */
  readonly clearness: number;
  /** Air, °C. */
  readonly mean: number;
  /** Half of the daily range, °C. */
  readonly amplitude: number;
  /** °C. */
  readonly dewPoint: number;
  /** At 10 m, m/s. */
  readonly breeze: number;
  readonly pulses: readonly Pulse[];
}

export type Seeds = ReturnType<typeof seedsOf>;

const HOUR = 3_600_000;

/** One seed for each quantity, so that none follows another. */
export function seedsOf(seed: string) {
  const named = (name: string) => seedOf(`${seed}/weather/${name}`);
  return {
    sky: named('sky'),
    clearness: named('clearness'),
    cloud: named('cloud'),
    warmth: named('warmth'),
    air: named('air'),
    dew: named('dew'),
    breeze: named('breeze'),
    gust: named('gust'),
    turn: named('turn'),
    rain: named('rain'),
    pressure: named('pressure'),
  };
}

export function createDay(seeds: Seeds, conditions: readonly TimedCondition[], number: number): Day {
  const noon = midnightOf(number) + 12 * HOUR;
  const imposed = conditionAt(conditions, 'sky', noon);
  const sky = imposed?.state ?? skyOn(seeds.sky, number);
  const climate = climateOn(dayOfYear(noon));
  // Periods of some days, warmer or colder than the season; larger in winter and spring than in summer.
  const reach = 2.5 + 2 * Math.max(0, (20 - climate.minimum) / 20);
  const anomaly = reach * smooth(seeds.warmth, number / 5) + 0.4 * reach * smooth(seeds.warmth ^ 0x1234567, number / 2);
  const isWarmSeason = climate.maximum > 20;
  const bySky = sky === 'clear' ? (isWarmSeason ? 1.2 : -0.3) : sky === 'overcast' ? (isWarmSeason ? -1.6 : 0.2) : 0;
  const widening = sky === 'clear' ? 1.25 : sky === 'mixed' ? 1 : 0.5;
  const amplitude = ((climate.maximum - climate.minimum) / 2) * widening;
  const mean = (climate.maximum + climate.minimum) / 2 + anomaly + bySky;
  return {
    sky,
    clearness: imposed?.clearness ?? clearnessOf(sky, uniform(seeds.clearness, number)),
    mean,
    amplitude,
    dewPoint: mean - amplitude - 0.7 + 0.7 * noise(seeds.dew, number),
    breeze: 1.2 * (0.6 + 0.9 * uniform(seeds.breeze, number) ** 2 + (sky === 'clear' ? 0 : 0.15)),
    pulses: pulsesOn(seeds.rain, number, sky),
  };
}
