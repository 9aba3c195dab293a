/** Hour of the day by the sun at Kaijiang, 107.88° E: noon is at about 12:48 Beijing time (mean; the equation of time is left out). */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const EAST_OF_GREENWICH_HOURS = 107.88 / 15;

/** 0 to 24. */
export function solarHourOf(at: number): number {
  const hour = (at % DAY_MS) / HOUR_MS + EAST_OF_GREENWICH_HOURS;
  return hour % 24;
}
