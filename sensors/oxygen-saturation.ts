/** Oxygen saturation of water: Benson & Krause 1984, as in APHA 4500-O and USGS Technical Memorandum 2011.03. */

/** Standard pressure, hPa. */
const ATMOSPHERE = 1013.25;

/** mg/L at saturation with moist air; 0-40 °C, salinity in g/kg 0-40, pressure in hPa at the water. */
export function oxygenSaturation(celsius: number, pressure = ATMOSPHERE, salinity = 0): number {
  const t = celsius + 273.15;
  const fresh = -139.34411 + (1.575701e5 - (6.642308e7 - (1.2438e10 - 8.621949e11 / t) / t) / t) / t;
  const salt = salinity === 0 ? 0 : salinity * (0.017674 - (10.754 - 2140.7 / t) / t);
  const standard = Math.exp(fresh - salt);
  if (pressure === ATMOSPHERE) return standard;
  const p = pressure / ATMOSPHERE;
  const vapour = Math.exp(11.8571 - (3840.7 + 216961 / t) / t);
  const theta = 0.000975 - 1.426e-5 * celsius + 6.436e-8 * celsius * celsius;
  return (standard * p * (1 - vapour / p) * (1 - theta * p)) / ((1 - vapour) * (1 - theta));
}

/** Standard atmosphere, hPa at a height in m. */
export function pressureAt(elevation: number): number {
  return ATMOSPHERE * (1 - 2.25577e-5 * elevation) ** 5.25588;
}
