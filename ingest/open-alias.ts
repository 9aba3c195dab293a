/** Keys that name a quantity but not its medium or unit: decides by the value what they mean, if it can. */
import type { Field } from '../sensors/kind.ts';
import { conversion } from '../sensors/units.ts';
import type { Open } from './map.ts';

type FieldNamed = (name: string) => Field | undefined;

/** `taken`: as the field itself; `doubt` names another possible meaning. `withheld`: undecidable. */
export type OpenVerdict =
  | { readonly is: 'taken'; readonly doubt?: string }
  | { readonly is: 'withheld'; readonly message: string };

export function judgeOpen(key: string, field: Field, open: Open, given: unknown, fieldNamed: FieldNamed): OpenVerdict {
  const others = (field.siblings ?? []).flatMap((name) => fieldNamed(name) ?? []);
  const shown = JSON.stringify(key.slice(0, 64));
  if (open === 'medium') {
    const names = [field, ...others].map(({ name }) => name).join(' or ');
    return {
      is: 'withheld',
      message: `${shown} does not name its medium: it may be ${names}; map it to one of them, then replay`,
    };
  }
  const value = typeof given === 'string' ? Number(given) : given;
  if (typeof value !== 'number' || !Number.isFinite(value) || field.openUnit === undefined) return { is: 'taken' };
  const { units, within, step = field.resolution } = field.openUnit;
  // Nothing is nothing in whatever unit.
  if (value === 0 && others.length === 0) return { is: 'taken' };
  const isOwn = value >= within[0] && value <= within[1] && (step === 0 || isMultiple(value, step));
  const meanings = [
    ...others.flatMap((other) =>
      [other.symbol, ...(other.unit === 'V' ? ['mV'] : [])].map((unit) => ({
        ...{ field: other, unit },
        value: unit === other.symbol ? value : inUnit(value, unit, other),
      })),
    ),
    ...units.map((unit) => ({ field, unit, value: inUnit(value, unit, field) })),
  ];
  const usual = meanings.filter((meaning) => isUsual(meaning.field, meaning.value));
  const own = `${value} ${field.symbol} of ${field.name}`;
  const [first] = usual.length > 0 ? usual : meanings;
  if (first === undefined) return { is: 'taken' };
  const other = `${value} ${first.unit} of ${first.field.name}`;
  if (!isOwn && usual.length === 0) {
    // Refused as it is, with advice on registers and scales.
    if (value < field.physical[0] || value > field.physical[1]) return { is: 'taken' };
    return {
      is: 'withheld',
      message: `${shown} is ${value} without a unit, and neither ${own} nor ${other} would be usual: look what the device sends, say it in the mapping, then replay`,
    };
  }
  if (!isOwn) {
    return {
      is: 'withheld',
      message: `${shown} is ${value} without a unit: it may be ${own} or ${other}; set its unit in the mapping, then replay`,
    };
  }
  if (usual.length === 0) return { is: 'taken' };
  return { is: 'taken', doubt: `${shown} is taken as ${own}, but it may be ${other}: set its unit in the mapping` };
}

function isMultiple(value: number, resolution: number): boolean {
  const steps = value / resolution;
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}

function inUnit(value: number, unit: string, field: Field): number {
  const into = conversion(unit, field.unit);
  return into === undefined ? Number.NaN : value * into.scale + into.offset;
}

function isUsual({ normal, physical }: Field, value: number): boolean {
  const [low, high] = normal ?? physical;
  return value >= low && value <= high;
}
