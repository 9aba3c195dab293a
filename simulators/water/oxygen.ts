/** Dissolved oxygen of a mixed water body: photosynthesis, respiration, sediment, exchange with the air, aeration. All rates in mg/L/h. */

export interface Metabolism {
  /** m. */
  readonly depth: number;
  /** Largest photosynthesis at 20 °C, mg/L/h. */
  readonly maxPhotosynthesis: number;
  /** Light at half of it, µmol/m²/s. */
  readonly halfLight: number;
  /** Extinction of light, 1/m. */
  readonly extinction: number;
  /** Respiration of water and plants at 20 °C, mg/L/h. */
  readonly respiration: number;
  /** Sediment oxygen demand at 20 °C, g/m²/d. */
  readonly sedimentDemand: number;
  /** Respiration of animals, mg/L/h. */
  readonly animals: number;
}

export interface OxygenRates {
  readonly photosynthesis: number;
  /** Total demand without oxygen limitation. */
  readonly demand: number;
  /** 1/h, exchange with the air. */
  readonly exchange: number;
}

/** `par` in µmol/m²/s above the water, wind at 10 m in m/s. Monod light averaged over the depth, as in QUAL2K. */
export function oxygenRates(body: Metabolism, celsius: number, par: number, wind: number): OxygenRates {
  const { depth, extinction, halfLight } = body;
  const surface = 0.94 * par; // The remainder is reflected.
  const attenuation = extinction * depth;
  const light =
    surface <= 0 ? 0 : Math.log((halfLight + surface) / (halfLight + surface * Math.exp(-attenuation))) / attenuation;
  const above = celsius - 20;
  return {
    photosynthesis: body.maxPhotosynthesis * 1.066 ** above * light,
    demand: body.respiration * 1.047 ** above + (body.sedimentDemand / (24 * depth)) * 1.065 ** above + body.animals,
    exchange: pistonVelocity(celsius, wind) / (100 * depth),
  };
}

/** cm/h for oxygen: Cole & Caraco 1998 and the Schmidt number of Wanninkhof 1992, as in R/LakeMetabolizer. */
export function pistonVelocity(celsius: number, wind: number): number {
  const k600 = 2.07 + 0.215 * wind ** 1.7;
  const schmidt = 1568 - 86.04 * celsius + 2.142 * celsius ** 2 - 0.0216 * celsius ** 3;
  return k600 * Math.sqrt(600 / schmidt);
}

export interface Aerator {
  readonly ratedKilowatts: number;
  /** Standard aeration efficiency, kg of oxygen per kWh: 0.9-1.2 micro-pore, 2.2 paddle wheel (Boyd 1998). */
  readonly efficiency: number;
  /** m³. */
  readonly volume: number;
}

/** Factor of the efficiency in pond water. */
const ALPHA = 0.85;

/** Transfer rate of an aerator, 1/h; the transfer is proportional to the deficit. */
export function aerationExchange({ ratedKilowatts, efficiency, volume }: Aerator, celsius: number): number {
  return (((efficiency * ratedKilowatts) / 9.09) * 1.024 ** (celsius - 20) * ALPHA * 1000) / volume;
}

/** Half-saturation constant of consumption, mg/L. */
const HALF_OXYGEN = 0.5;

/** Oxygen after `hours`, mg/L. Consumption and exchange are implicit, so it never falls below zero. */
export function stepOxygen(oxygen: number, rates: OxygenRates, saturation: number, aeration: number, hours: number) {
  const exchange = rates.exchange + aeration;
  const gain = oxygen + hours * (rates.photosynthesis + exchange * saturation);
  return gain / (1 + hours * (rates.demand / (oxygen + HALF_OXYGEN) + exchange));
}

/** Share of the demand that is satisfied, 0…1. */
export function metDemand(oxygen: number): number {
  return oxygen / (oxygen + HALF_OXYGEN);
}
