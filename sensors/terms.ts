/** Comparisons of one reading's values, as kinds declare them for equipment and interlocks. */
import type { EquipmentTerm } from './kind.ts';

/** An absent value is beyond no limit. */
export function holds(
  { field, is, below, above, aboveField, by = 0 }: EquipmentTerm,
  values: { value(field: string): number | undefined },
): boolean {
  const value = values.value(field) ?? Number.NaN;
  if (is !== undefined && value !== is) return false;
  if (below !== undefined && !(value < below)) return false;
  if (above !== undefined && !(value > above)) return false;
  return aboveField === undefined || value > (values.value(aboveField) ?? Number.NaN) + by;
}
