/** Sunrise and sunset at a place; oxygen falls between them. */
import { getTimes } from 'suncalc';

export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** For sites whose position nobody has entered. */
export const KAIJIANG: Position = { latitude: 31.08, longitude: 107.88 };

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DEGREES_PER_HOUR = 15;

/** Sunset to sunrise, cut to the range; epoch ms. */
export function nightsBetween(
  from: number,
  to: number,
  position: Position = KAIJIANG,
): readonly (readonly [number, number])[] {
  const nights: (readonly [number, number])[] = [];
  for (let day = Math.floor(from / DAY) - 1; day <= Math.floor(to / DAY) + 1; day++) {
    const start = Math.max(sunOf(day, position).set, from);
    const end = Math.min(sunOf(day + 1, position).rise, to);
    if (start < end) nights.push([start, end]);
  }
  return nights;
}

/** `day` counts days since 1970 by UTC date; daylight in China lies within one. */
export function sunOf(day: number, position: Position = KAIJIANG): { readonly rise: number; readonly set: number } {
  const { latitude, longitude } = position;
  const noon = day * DAY + 12 * HOUR - (longitude / DEGREES_PER_HOUR) * HOUR;
  const { sunrise, sunset } = getTimes(new Date(noon), latitude, longitude);
  // Only near the poles are there days without sunrise or sunset.
  return { rise: sunrise?.getTime() ?? Number.NaN, set: sunset?.getTime() ?? Number.NaN };
}
