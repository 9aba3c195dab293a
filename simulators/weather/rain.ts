/** Rain as pulses: a wet day has a few of them, mostly at night (巴山夜雨), and its amount has a heavy tail, so that storms come clustered. */
import { midnightOf } from '../../base/beijing-time.ts';
import { seedOf, uniform } from '../random.ts';
import { climateOn } from './climate.ts';
import type { Sky } from './sky.ts';
import { dayOfYear } from './sun.ts';

export interface Pulse {
  readonly from: number;
  readonly to: number;
  readonly mmPerHour: number;
}

const HOUR = 3_600_000;
/** How much likelier than on average a day of this sky is wet. */
const WETNESS: Readonly<Record<Sky, number>> = { clear: 0.15, mixed: 0.8, overcast: 1.7 };
/** Weibull shape of a wet day's amount; 1 would be exponential, which is too gentle to let bunds overflow. */
const SHAPE = 0.65;
/** mm; a gauge does not see less. */
const LEAST = 0.3;
/** Γ(1 + 1/0.65), so that the mean is the climate's. */
const MEAN_OF_SHAPE = 1.3663;

export function pulsesOn(seed: number, day: number, sky: Sky): readonly Pulse[] {
  const climate = climateOn(dayOfYear(midnightOf(day)));
  const { clearShare, overcastShare, wetShare, dailyRain } = climate;
  const mixedShare = 1 - clearShare - overcastShare;
  const average = clearShare * WETNESS.clear + mixedShare * WETNESS.mixed + overcastShare * WETNESS.overcast;
  const chance = Math.min(0.95, (wetShare * WETNESS[sky]) / average);
  const draw = (name: string) => uniform(seed ^ seedOf(name), day);
  if (draw('wet') > chance) return [];
  const amount = (dailyRain / wetShare / MEAN_OF_SHAPE) * (-Math.log(1 - 0.9999 * draw('amount'))) ** (1 / SHAPE);
  if (amount < LEAST) return [];
  const count = 1 + Math.floor(draw('count') * 4);
  const shares = Array.from({ length: count }, (_, index) => 0.2 + draw(`share${index}`));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share, index) => {
    // Two of three pulses begin between 20:00 and 06:00 of the next morning.
    const isNight = draw(`night${index}`) < 0.68;
    const hour = isNight ? 20 + 10 * draw(`hour${index}`) : 6 + 14 * draw(`hour${index}`);
    // Overcast rain lasts, summer storms are short; heavy days take longer.
    const hours = Math.min(5, (10 + 50 * draw(`length${index}`)) / 60 + (sky === 'overcast' ? 1 : 0.1) * (amount / 20));
    const from = Math.round((midnightOf(day) + hour * HOUR) / 600_000) * 600_000;
    const to = from + Math.max(1, Math.round(hours * 6)) * 600_000;
    return { from, to, mmPerHour: ((amount * share) / sum) * (HOUR / (to - from)) };
  });
}
