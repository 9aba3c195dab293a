/** Quantities derived from air temperature and humidity. */

/** Vapour pressure deficit, kPa: es(T) (1 − RH/100), FAO-56 equations 11 and 12. */
export function vapourPressureDeficit(celsius: number, relativeHumidity: number): number {
  const saturated = 0.6108 * Math.exp((17.27 * celsius) / (celsius + 237.3));
  return saturated * (1 - relativeHumidity / 100);
}
