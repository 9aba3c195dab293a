/** Water that a wet green surface gives to the air: Hargreaves & Samani 1985 as in FAO-56, spread over the day as the sun shines. */
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { dailyExtraterrestrial, dayOfYear } from './sun.ts';
import type { Weather } from './weather.ts';

/** mm a day of reference evaporation. Taken whole, though it is said to give too much in humid air: so a season comes near the 642 mm reported for hill paddies of Sichuan. */
export function hargreaves(extraterrestrial: number, mean: number, maximum: number, minimum: number): number {
  return 0.0023 * 0.408 * extraterrestrial * (mean + 17.8) * Math.sqrt(Math.max(0, maximum - minimum));
}

/** mm/h at an instant; a tenth of a day's amount goes at night. */
export function evaporationAt(weather: Weather, at: number, latitude: number): number {
  const number = dayNumberOf(at);
  const day = weather.dayNumbered(number);
  const outside = dailyExtraterrestrial(dayOfYear(midnightOf(number) + 43_200_000), latitude);
  const daily = hargreaves(outside, (day.maximum + day.minimum) / 2, day.maximum, day.minimum);
  return (daily / 24) * (0.1 + 0.9 * (weather.at(at).radiation / Math.max(1, day.radiation)));
}
