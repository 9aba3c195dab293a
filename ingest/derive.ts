/** Values that follow from others of the same reading: they are on the log and in the store like any other, so everybody sees the same. */
import type { Field } from '../sensors/kind.ts';

/** Fields to work out here: those the device did not send although all it takes is there. */
export function derivable(fields: readonly Field[], values: Readonly<Record<string, number>>): readonly Field[] {
  const found: Field[] = [];
  for (const field of fields) {
    const { name, derived } = field;
    if (derived === undefined || values[name] !== undefined || found.some((each) => each.name === name)) continue;
    if (derived.from.every((input) => values[input] !== undefined)) found.push(field);
  }
  return found;
}

/** Rounded to what the field can tell apart; undefined where the formula has no answer that can be. */
export function derivedValue(field: Field, values: Readonly<Record<string, number>>): number | undefined {
  const { derived } = field;
  const value = derived?.value(...derived.from.map((input) => values[input] ?? Number.NaN));
  return value === undefined ? undefined : kept(field, value, createRounding(field));
}

/** What is kept of the result of a formula. */
export function kept({ physical }: Field, value: number, round: (value: number) => number): number | undefined {
  return Number.isFinite(value) && value >= physical[0] && value <= physical[1] ? round(value) : undefined;
}

/** To whole steps of the field's resolution, as the decimal fraction that a person would write. */
export function createRounding({ resolution }: Field): (value: number) => number {
  const perUnit = Math.round(1 / resolution);
  // A power of ten divides exactly; of anything else twelve digits hide the binary tail.
  const isDecimal = /^10*$/.test(String(perUnit)) && 1 / perUnit === resolution;
  if (isDecimal) return (value) => Math.round(value / resolution) / perUnit + 0; // Never -0.
  return (value) => Number((Math.round(value / resolution) * resolution).toPrecision(12));
}
