/** Nights at Kaijiang by the sunrise equation (NOAA solar calculator, to a minute or two): oxygen is a story of nights. */
const DAY = 86_400_000;
const RAD = Math.PI / 180;
const LATITUDE = 31.08;
const LONGITUDE = 107.88;
/** Upper limb with refraction. */
const ZENITH = 90.833;

/** Sunset to sunrise, cut to the range; epoch ms. */
export function nightsBetween(from: number, to: number): readonly (readonly [number, number])[] {
  const nights: (readonly [number, number])[] = [];
  // Noon in Kaijiang is about 04:48 UTC.
  for (let day = Math.floor(from / DAY) - 1; day <= Math.floor(to / DAY) + 1; day++) {
    const start = Math.max(sunOf(day).set, from);
    const end = Math.min(sunOf(day + 1).rise, to);
    if (start < end) nights.push([start, end]);
  }
  return nights;
}

/** `day` counts days since 1970 by UTC date; Kaijiang's daylight lies within one. */
export function sunOf(day: number): { readonly rise: number; readonly set: number } {
  const date = new Date(day * DAY);
  const yearStart = Date.UTC(date.getUTCFullYear(), 0, 0);
  const angle = ((2 * Math.PI) / 365.24) * ((day * DAY - yearStart) / DAY - 1 + (4.8 - 12) / 24);
  const equationOfTime =
    229.18 *
    (0.000075 +
      0.001868 * Math.cos(angle) -
      0.032077 * Math.sin(angle) -
      0.014615 * Math.cos(2 * angle) -
      0.040849 * Math.sin(2 * angle));
  const declination =
    0.006918 -
    0.399912 * Math.cos(angle) +
    0.070257 * Math.sin(angle) -
    0.006758 * Math.cos(2 * angle) +
    0.000907 * Math.sin(2 * angle) -
    0.002697 * Math.cos(3 * angle) +
    0.00148 * Math.sin(3 * angle);
  const half =
    Math.acos(
      Math.cos(ZENITH * RAD) / (Math.cos(LATITUDE * RAD) * Math.cos(declination)) -
        Math.tan(LATITUDE * RAD) * Math.tan(declination),
    ) / RAD;
  const minute = (degrees: number) => day * DAY + (720 - 4 * (LONGITUDE + degrees) - equationOfTime) * 60_000;
  return { rise: minute(half), set: minute(-half) };
}
