/** Nights at Kaijiang, when oxygen falls. */
import { getTimes } from 'suncalc';

const DAY = 86_400_000;
const LATITUDE = 31.08;
const LONGITUDE = 107.88;
/** Noon in Kaijiang is about 04:48 UTC. */
const NOON_MS = 4.8 * 3_600_000;

/** Sunset to sunrise, cut to the range; epoch ms. */
export function nightsBetween(from: number, to: number): readonly (readonly [number, number])[] {
  const nights: (readonly [number, number])[] = [];
  for (let day = Math.floor(from / DAY) - 1; day <= Math.floor(to / DAY) + 1; day++) {
    const start = Math.max(sunOf(day).set, from);
    const end = Math.min(sunOf(day + 1).rise, to);
    if (start < end) nights.push([start, end]);
  }
  return nights;
}

/** `day` counts days since 1970 by UTC date; Kaijiang's daylight lies within one. */
export function sunOf(day: number): { readonly rise: number; readonly set: number } {
  const { sunrise, sunset } = getTimes(new Date(day * DAY + NOON_MS), LATITUDE, LONGITUDE);
  // Only near the poles are there days without sunrise or sunset.
  return { rise: sunrise?.getTime() ?? Number.NaN, set: sunset?.getTime() ?? Number.NaN };
}
