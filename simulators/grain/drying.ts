/** Drying of rough rice in hot air. Constants come from the named publications, but were not checked in the originals. */

export interface DryingAir {
  /** °C. */
  readonly temperature: number;
  /** Relative humidity, 0…1. */
  readonly humidity: number;
}

/** kg of water per kg of dry grain, from % wet basis. */
export function dryBasis(wet: number): number {
  return wet / (100 - wet);
}

/** The inverse of `dryBasis`. */
export function wetBasis(dry: number): number {
  return (100 * dry) / (1 + dry);
}

/** Equilibrium moisture, dry basis: modified Henderson equation, ASAE D245. */
export function equilibriumMoisture({ temperature, humidity }: DryingAir): number {
  return (Math.log(1 - humidity) / (-1.9187e-5 * (temperature + 51.161))) ** (1 / 2.4451) / 100;
}

/** Moisture, dry basis, after minutes in hot air: Page's equation with constants of Wang and Singh 1978. */
export function moistureAfter(minutes: number, start: number, air: DryingAir): number {
  const { k, n } = pageOf(air);
  const rest = equilibriumMoisture(air);
  return rest + (start - rest) * Math.exp(-k * Math.max(0, minutes) ** n);
}

/** Minutes in hot air until a moisture, dry basis, is reached. */
export function minutesTo(end: number, start: number, air: DryingAir): number {
  const { k, n } = pageOf(air);
  const rest = equilibriumMoisture(air);
  return (-Math.log((end - rest) / (start - rest)) / k) ** (1 / n);
}

function pageOf({ temperature, humidity }: DryingAir): { readonly k: number; readonly n: number } {
  return {
    k: 0.01579 + 1.746e-4 * temperature - 0.01413 * humidity,
    n: 0.6545 + 2.425e-3 * temperature + 0.07867 * humidity,
  };
}
