/** A generic signal for any field: daily swing in solar time, slow weather, some noise; computable at any instant. */
import type { Field, Kind } from '../sensors/kind.ts';
import type { Model } from './model.ts';
import { noise, seedOf, smooth } from './random.ts';
import { quantise } from './readout.ts';

const DAY_MS = 86_400_000;
/** Solar noon at 107.88° E is about 12:48 Beijing time, 04:48 UTC. */
const SOLAR_NOON_UTC_MS = (4 * 60 + 48) * 60_000;

export function createSignal(kind: Kind, seed: string): Model {
  const shapes = kind.fields.map((field) => ({ field, value: signalOf(field, seedOf(`${seed}/${field.name}`)) }));
  return {
    sample(at) {
      if (kind.isIntermittent && !isAtWork(at)) return {};
      const values: Record<string, number> = {};
      for (const { field, value } of shapes) values[field.name] = quantise(field, value(at));
      return values;
    },
  };
}

/** A kind with missions has two a day of 15 minutes each, three hours before and after noon. */
function isAtWork(at: number): boolean {
  const fromNoon = Math.abs(((((at - SOLAR_NOON_UTC_MS) % DAY_MS) + DAY_MS * 1.5) % DAY_MS) - DAY_MS / 2);
  return Math.abs(fromNoon - 3 * 3_600_000) < 450_000;
}

function signalOf(field: Field, seed: number): (at: number) => number {
  const [low, high] = field.normal ?? field.physical;
  const middle = (low + high) / 2;
  const reach = (high - low) / 2;
  if (field.shape === 'boolean') return (at) => (noise(seed, Math.floor(at / 1_800_000)) > 0.6 ? 1 : 0);
  if (field.shape === 'enum') {
    const keys = Object.keys(field.choices ?? {}).map(Number);
    return (at) => keys[Math.floor(((noise(seed, Math.floor(at / 3_600_000)) + 1) / 2) * keys.length * 0.999)] ?? 0;
  }
  // Peaks some hours after solar noon, like water.
  const lagMs = (1 + ((seed >>> 3) % 4)) * 3_600_000;
  return (at) => {
    const day = Math.cos((2 * Math.PI * (at - SOLAR_NOON_UTC_MS - lagMs)) / DAY_MS);
    const weather = smooth(seed, at / (6 * 3_600_000));
    const jitter = noise(seed ^ 0x9e3779b9, Math.floor(at / 1000));
    return middle + reach * (0.45 * day + 0.3 * weather + 0.01 * jitter);
  };
}
