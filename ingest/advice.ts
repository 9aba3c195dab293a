/**
 * Advice about a value outside the physical range. It names a remedy only if that remedy, tried with the mapping in force,
 * brings the value into the normal range. Where two do, it names both, because only the operator knows which is right.
 */
import type { Field } from '../sensors/kind.ts';
import { coarseScales, floats, registers, scaledUnsigned, scales, signedRegisters } from './register-remedies.ts';
import { type AdviceContext, isUnusual, type Remedy, show } from './remedy.ts';
import { scaled } from './scaling.ts';
import { modemSignal, positions, possibleUnits, scaledSiblings, siblings, units } from './unit-remedies.ts';

export function outOfRangeAdvice(field: Field, raw: number, value: number, context: AdviceContext): string {
  const [low, high] = field.physical;
  const unit = field.symbol === '' ? '' : ` ${field.symbol}`;
  const start = `${field.name} is ${value}${unit}, outside the physical range ${low}…${high}${unit}`;
  const remedies = remediesFor(field, raw, context);
  if (remedies.length === 0) return `${start}: ${whereToLook(field, raw, value, context)}`;
  const [first, second] = remedies;
  const named = [first, second].flatMap((remedy) => (remedy === undefined ? [] : [remedy.text]));
  return `${start}: ${named.join('; or ')}${named.length > 1 ? '; look which of them fits the probe' : ''}`;
}

/** Remedies that fit, the likeliest first. */
export function remediesFor(field: Field, raw: number, context: AdviceContext): readonly Remedy[] {
  // A sum since the last message that is too large is a running total; no scale turns a total into an interval.
  if (field.isIntervalSum === true) return raw >= 0 ? [runningTotal(raw)] : [];
  const signed = [...signedRegisters(field, raw, context), ...scaledUnsigned(field, raw, context)];
  if (signed.length > 0) return signed;
  const fitting = [
    ...siblings(field, raw, context),
    ...units(field, raw, context),
    ...positions(field, raw, context),
    ...modemSignal(field, raw, context),
    // If the mapping sets a scale, the byte order is the likelier fault.
    ...(context.scaling.scale === 1 ? [] : registers(field, raw, context, ['BA'])),
    ...(isPerhapsMore(field, raw, context) ? [] : scales(field, raw, context)),
    ...(isPerhapsMore(field, raw, context) ? [] : scaledSiblings(field, raw, context)),
  ];
  if (fitting.length > 0) return fitting;
  const orders = [...floats(field, raw, context), ...registers(field, raw, context, ['BA'])];
  return isPerhapsMore(field, raw, context) ? orders : [...coarseScales(field, raw, context), ...orders];
}

/** Whether the value is unusual but possible in another unit or as a signed register: then a scale would be a guess. */
function isPerhapsMore(field: Field, raw: number, context: AdviceContext): boolean {
  const { scaling, fieldNamed } = context;
  if (possibleUnits(field, raw, context).length > 0) return true;
  for (const name of field.siblings ?? []) {
    const sibling = fieldNamed?.(name);
    if (sibling !== undefined && isUnusual(sibling, raw, { ...scaling, unit: undefined })) return true;
  }
  if (!Number.isInteger(raw) || scaling.as !== undefined || raw <= 0x7fff || raw > 0xffff) return false;
  return [1, 10, 100].some((factor) => isUnusual(field, raw, { ...scaling, as: 'i16', scale: scaling.scale / factor }));
}

function runningTotal(raw: number): Remedy {
  return {
    text: 'a running total? Set counter to true in the mapping, and the intervals are kept',
    value: raw,
    change: { counter: true },
  };
}

function whereToLook(field: Field, raw: number, value: number, context: AdviceContext): string {
  const { scaling } = context;
  const others = possibleUnits(field, raw, context).map(([unit, name]) => {
    const converted = scaled(raw, { ...scaling, unit }, field.unit) ?? Number.NaN;
    return `${name} would make it ${show(field, converted)}`;
  });
  if (others.length > 0) return `check its unit (${others.join(', ')}), then probe and wiring`;
  if (raw === value) {
    return Number.isInteger(raw) && Math.abs(raw) > 0x7fff
      ? 'check what the register holds (signed or not, its scale, the order of its bytes), then probe and wiring'
      : 'check probe and wiring';
  }
  const { scale, offset, unit, as } = scaling;
  const inForce = [
    ...(scale === 1 ? [] : [`scale ${scale}`]),
    ...(offset === 0 ? [] : [`offset ${offset}`]),
    ...(unit === undefined ? [] : [`unit ${unit}`]),
    ...(as === undefined ? [] : [`as ${as}`]),
  ];
  return `sent as ${raw}, and the mapping's ${inForce.join(', ') || 'rules'} made this of it: check them, then the probe`;
}
