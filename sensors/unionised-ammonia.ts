/** Share of total ammonia that is toxic NH₃: Emerson et al. 1975, fresh water, 0-50 °C. GB 11607-89 allows 0.02 mg/L. */

/** 0…1. */
export function unionisedShare(celsius: number, ph: number): number {
  const pKa = 0.09018 + 2729.92 / (celsius + 273.15);
  return 1 / (1 + 10 ** (pKa - ph));
}
