/** Computes values from others of the same reading. They are stored like measured ones, so all readers see the same. */
import type { Field } from '../sensors/kind.ts';

/** Fields to compute: those that the device did not send although all inputs are present. */
export function derivable(fields: readonly Field[], values: Readonly<Record<string, number>>): readonly Field[] {
  const found: Field[] = [];
  for (const field of fields) {
    const { name, derived } = field;
    if (derived === undefined || values[name] !== undefined || found.some((each) => each.name === name)) continue;
    if (derived.from.every((input) => values[input] !== undefined)) found.push(field);
  }
  return found;
}

/** Rounded to the resolution of the field; undefined if the result is not finite or out of range. */
export function derivedValue(field: Field, values: Readonly<Record<string, number>>): number | undefined {
  const { derived } = field;
  const value = derived?.value(...derived.from.map((input) => values[input] ?? Number.NaN));
  return value === undefined ? undefined : kept(field, value, createRounding(field));
}

/** Undefined if the result of a formula cannot be stored. */
export function kept({ physical }: Field, value: number, round: (value: number) => number): number | undefined {
  return Number.isFinite(value) && value >= physical[0] && value <= physical[1] ? round(value) : undefined;
}

/** Rounds to whole steps of the resolution, without binary artefacts such as 0.30000000000000004. */
export function createRounding({ resolution }: Field): (value: number) => number {
  const perUnit = Math.round(1 / resolution);
  // Division by a power of ten is exact; otherwise twelve digits hide the binary tail.
  const isDecimal = /^10*$/.test(String(perUnit)) && 1 / perUnit === resolution;
  if (isDecimal) return (value) => Math.round(value / resolution) / perUnit + 0; // Never -0.
  return (value) => Number((Math.round(value / resolution) * resolution).toPrecision(12));
}
