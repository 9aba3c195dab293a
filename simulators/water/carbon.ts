/** Carbonate chemistry of fresh water at constant alkalinity: pH follows carbon dioxide, which organisms exchange for oxygen. */

export interface Constants {
  readonly k1: number;
  readonly k2: number;
  readonly kw: number;
  /** Dissolved carbon dioxide in equilibrium with the air, mol/L. */
  readonly airCarbonDioxide: number;
}

/** Harned & Davis, Harned & Scholes; Henry's constant of Plummer & Busenberg 1982; 420 ppm in the air. */
export function constantsAt(celsius: number): Constants {
  const t = celsius + 273.15;
  const pk1 = 3404.71 / t + 0.032786 * t - 14.8435;
  const pk2 = 2902.39 / t + 0.02379 * t - 6.498;
  const pkw = 4470.99 / t - 6.0875 + 0.01706 * t;
  const henry = 108.3865 + 0.01985076 * t - 6919.53 / t - 40.45154 * Math.log10(t) + 669365 / (t * t);
  return { k1: 10 ** -pk1, k2: 10 ** -pk2, kw: 10 ** -pkw, airCarbonDioxide: 10 ** henry * 420e-6 };
}

/** Hydrogen ions, mol/L. Alkalinity in eq/L, inorganic carbon in mol/L; bisection between pH 4 and 11.5. */
export function hydrogenOf(carbon: number, alkalinity: number, { k1, k2, kw }: Constants): number {
  let low = 3.16e-12;
  let high = 1e-4;
  for (let step = 0; step < 32; step++) {
    const h = Math.sqrt(low * high);
    const found = (carbon * (k1 * h + 2 * k1 * k2)) / (h * h + k1 * h + k1 * k2) + kw / h - h;
    if (found > alkalinity) low = h;
    else high = h;
  }
  return Math.sqrt(low * high);
}

/** mol/L of dissolved carbon dioxide. */
export function carbonDioxideOf(carbon: number, h: number, { k1, k2 }: Constants): number {
  return (carbon * h * h) / (h * h + k1 * h + k1 * k2);
}

/** Inorganic carbon at a pH and an alkalinity, mol/L. */
export function carbonAt(ph: number, alkalinity: number, { k1, k2, kw }: Constants): number {
  const h = 10 ** -ph;
  return ((alkalinity - kw / h + h) * (h * h + k1 * h + k1 * k2)) / (k1 * h + 2 * k1 * k2);
}

export interface CarbonFlows {
  /** Oxygen production and consumption, mg/L/h. */
  readonly photosynthesis: number;
  readonly respiration: number;
  /** Exchange rate of oxygen, 1/h; that of carbon dioxide is 0.95 of it. */
  readonly exchange: number;
}

/** Oxygen, mg/mol. */
const OXYGEN_MASS = 32_000;
/** Photosynthetic quotient (oxygen per carbon) and respiratory quotient (carbon per oxygen), mol/mol. */
const PHOTOSYNTHETIC_QUOTIENT = 1.2;
const RESPIRATORY_QUOTIENT = 0.9;

export function stepCarbon(
  carbon: number,
  hydrogen: number,
  flows: CarbonFlows,
  constants: Constants,
  hours: number,
): number {
  const life =
    (-flows.photosynthesis / PHOTOSYNTHETIC_QUOTIENT + RESPIRATORY_QUOTIENT * flows.respiration) / OXYGEN_MASS;
  const air = 0.95 * flows.exchange * (constants.airCarbonDioxide - carbonDioxideOf(carbon, hydrogen, constants));
  return Math.max(1e-5, carbon + hours * (life + air));
}
