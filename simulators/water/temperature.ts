/** Heat between air, sun and water: the equilibrium temperature of Edinger, Brady & Geyer 1974, with a canopy of rice in between. */

export interface WaterWeather {
  /** Radiation above the canopy, W/m². */
  readonly radiation: number;
  readonly airTemperature: number;
  readonly dewPoint: number;
  /** At 10 m, m/s. */
  readonly wind: number;
}

/** J/m³K. */
const HEAT_OF_WATER = 4.186e6;

/** Water temperature after `hours`; the exponential form is stable for a depth of 5 cm. `leafArea` is the leaf area index, m²/m². */
export function warmWater(celsius: number, weather: WaterWeather, depth: number, hours: number, leafArea = 0): number {
  const { exchange, equilibrium } = equilibriumOf(celsius, weather, leafArea);
  const rate = (exchange * 3600) / (HEAT_OF_WATER * depth);
  return equilibrium + (celsius - equilibrium) * Math.exp(-rate * hours);
}

/** Exchange coefficient, W/m²K, and equilibrium temperature. */
export function equilibriumOf(celsius: number, weather: WaterWeather, leafArea = 0) {
  const cover = 1 - Math.exp(-0.5 * leafArea);
  const radiation = weather.radiation * (1 - cover);
  const wind = weather.wind * (1 - 0.6 * cover);
  const windFactor = 9.2 + 0.46 * wind * wind;
  const middle = (celsius + weather.dewPoint) / 2;
  const beta = 0.35 + 0.015 * middle + 0.0012 * middle * middle;
  const exchange = 4.5 + 0.05 * celsius + (beta + 0.47) * windFactor;
  const sky = (1 - cover) * weather.dewPoint + cover * (weather.airTemperature - 1);
  return { exchange, equilibrium: sky + (0.94 * radiation) / exchange };
}
