/** Converts true values to readings of a sensor: with noise, clipped to its range, in steps of its resolution. */
import type { Field, Kind } from '../sensors/kind.ts';
import { gaussian, seedOf } from './random.ts';

export interface Readout {
  /** The readings for true values; `noise` is the standard deviation by field, in the unit of the field. Leaves out fields that the kind lacks and undefined values. */
  show(values: Readonly<Record<string, number | undefined>>, at: number): Record<string, number>;
}

export function createReadout(kind: Kind, device: string, noise: Readonly<Record<string, number>>): Readout {
  const fields = new Map(kind.fields.map((field) => [field.name, { field, seed: seedOf(`${device}/${field.name}`) }]));
  return {
    show(values, at) {
      const second = Math.floor(at / 1000);
      const shown: Record<string, number> = {};
      for (const [name, value] of Object.entries(values)) {
        const entry = fields.get(name);
        if (entry === undefined || value === undefined) continue;
        const deviation = noise[name];
        shown[name] = quantise(
          entry.field,
          deviation === undefined ? value : value + deviation * gaussian(entry.seed, second),
        );
      }
      return shown;
    },
  };
}

export function quantise(field: Field, value: number): number {
  const [low, high] = field.physical;
  const bounded = Math.min(high, Math.max(low, value));
  // Division by a whole number of steps keeps 6.42 from becoming 6.4200000000000004.
  const steps = 1 / field.resolution;
  if (Number.isInteger(steps)) return Math.round(bounded * steps) / steps;
  return Number((Math.round(bounded / field.resolution) * field.resolution).toFixed(field.decimals));
}
