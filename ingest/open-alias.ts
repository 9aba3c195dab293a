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
  return createOpenJudge(key, field, open, fieldNamed)(given);
}

/** `judgeOpen` for many values of one key. */
export function createOpenJudge(
  key: string,
  field: Field,
  open: Open,
  fieldNamed: FieldNamed,
): (given: unknown) => OpenVerdict {
  const others = (field.siblings ?? []).flatMap((name) => fieldNamed(name) ?? []);
  const shown = JSON.stringify(key.slice(0, 64));
  if (open === 'medium') {
    const names = [field, ...others].map(({ name }) => name).join(' or ');
    const message = `${shown} does not name its medium: it may be ${names}; map it to one of them, then replay`;
    return () => ({ is: 'withheld', message });
  }
  const { openUnit } = field;
  if (openUnit === undefined) return () => TAKEN;
  const { units, within, step = field.resolution } = openUnit;
  const possible = [
    ...others.flatMap((other) =>
      [other.symbol, ...(other.unit === 'V' ? ['mV'] : [])].map((unit) => ({
        ...{ field: other, unit },
        valueOf: unit === other.symbol ? (value: number) => value : inUnit(unit, other),
      })),
    ),
    ...units.map((unit) => ({ field, unit, valueOf: inUnit(unit, field) })),
  ];
  return (given) => {
    const value = typeof given === 'string' ? Number(given) : given;
    if (typeof value !== 'number' || !Number.isFinite(value)) return TAKEN;
    // Nothing is nothing in whatever unit.
    if (value === 0 && others.length === 0) return TAKEN;
    const isOwn = value >= within[0] && value <= within[1] && (step === 0 || isMultiple(value, step));
    const usual = possible.find((meaning) => isUsual(meaning.field, meaning.valueOf(value)));
    const first = usual ?? possible[0];
    if (first === undefined || (isOwn && usual === undefined)) return TAKEN;
    const own = `${value} ${field.symbol} of ${field.name}`;
    const other = `${value} ${first.unit} of ${first.field.name}`;
    if (isOwn)
      return { is: 'taken', doubt: `${shown} is taken as ${own}, but it may be ${other}: set its unit in the mapping` };
    if (usual !== undefined)
      return {
        is: 'withheld',
        message: `${shown} is ${value} without a unit: it may be ${own} or ${other}; set its unit in the mapping, then replay`,
      };
    // Refused as it is, with advice on registers and scales.
    if (value < field.physical[0] || value > field.physical[1]) return TAKEN;
    return {
      is: 'withheld',
      message: `${shown} is ${value} without a unit, and neither ${own} nor ${other} would be usual: look what the device sends, say it in the mapping, then replay`,
    };
  };
}

const TAKEN: OpenVerdict = { is: 'taken' };

function isMultiple(value: number, resolution: number): boolean {
  const steps = value / resolution;
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}

function inUnit(unit: string, field: Field): (value: number) => number {
  const into = conversion(unit, field.unit);
  return into === undefined ? () => Number.NaN : (value) => value * into.scale + into.offset;
}

function isUsual({ normal, physical }: Field, value: number): boolean {
  const [low, high] = normal ?? physical;
  return value >= low && value <= high;
}
