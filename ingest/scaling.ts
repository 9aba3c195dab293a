/** Converts a number as sent to the unit of the field: register, then value × scale + offset, then unit. */
import type { ByteOrder, RegisterType } from '../registry/mapping.ts';
import { conversion } from '../sensors/units.ts';
import { reinterpret } from './register.ts';

export interface Scaling {
  readonly scale: number;
  readonly offset: number;
  readonly as?: RegisterType | undefined;
  readonly order?: ByteOrder | undefined;
  /** Unit of the sent value; absent: that of the field. */
  readonly unit?: string | undefined;
}

/** Undefined if the unit cannot be converted to that of the field. */
export function scaled(
  raw: number,
  { scale, offset, as, order, unit }: Scaling,
  fieldUnit: string,
): number | undefined {
  const plain = as === undefined ? raw : reinterpret(raw, as, order);
  if (unit === undefined) return times(plain, scale, offset);
  const into = conversion(unit, fieldUnit);
  return into && times(times(plain, scale, offset), into.scale, into.offset);
}

/** Twelve digits: more than any sensor resolves, and few enough to hide binary artefacts of 6.43 × 0.01. */
function times(raw: number, scale: number, offset: number): number {
  if (scale === 1 && offset === 0) return raw === 0 ? 0 : raw;
  const value = Number((raw * scale + offset).toPrecision(12));
  return value === 0 ? 0 : value;
}
