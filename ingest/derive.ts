/** Values that follow from others of the same reading: they are on the log and in the store like any other, so everybody sees the same. */
import type { Field } from '../sensors/kind.ts';

/** Fields to work out here: those the device did not send although all it takes is there. */
export function derivable(fields: readonly Field[], values: Readonly<Record<string, number>>): readonly Field[] {
  return fields.filter(
    ({ name, derived }) =>
      derived && values[name] === undefined && derived.from.every((input) => values[input] !== undefined),
  );
}

/** Rounded to what the field can tell apart; undefined where the formula has no answer that can be. */
export function derivedValue(field: Field, values: Readonly<Record<string, number>>): number | undefined {
  const { derived, physical, resolution } = field;
  const value = derived?.value(...derived.from.map((input) => values[input] ?? Number.NaN));
  if (value === undefined || !Number.isFinite(value) || value < physical[0] || value > physical[1]) return undefined;
  return Number((Math.round(value / resolution) * resolution).toPrecision(12));
}
