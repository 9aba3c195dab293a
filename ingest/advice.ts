/**
 * What a value outside the physical range may come from, and what would put it right. A remedy is named only when it was tried with the mapping
 * in force and brings the value into the normal range; where two do, both are named, because only the operator knows which.
 */
import type { KeyMapping } from '../registry/mapping.ts';
import type { Field } from '../sensors/kind.ts';
import { type Scaling, scaled } from './scaling.ts';

export interface AdviceContext {
  readonly scaling: Scaling;
  /** Other fields of the kind. */
  readonly fieldNamed?: ((name: string) => Field | undefined) | undefined;
}

export interface Remedy {
  /** What it looks like, and what to do. */
  readonly text: string;
  readonly value: number;
  /** What to set in the mapping of the key; absent where a mapping does not help. */
  readonly change?: Partial<KeyMapping>;
}

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

/** Those that hold, the likeliest first. */
export function remediesFor(field: Field, raw: number, context: AdviceContext): readonly Remedy[] {
  // A sum since the last message: too much of it is a total, and no scale makes an interval of that.
  if (field.isIntervalSum === true) return isNonNegative(raw) ? [runningTotal(raw)] : [];
  const signed = [...signedRegisters(field, raw, context), ...scaledUnsigned(field, raw, context)];
  if (signed.length > 0) return signed;
  const fitting = [
    ...siblings(field, raw, context),
    ...units(field, raw, context),
    ...positions(field, raw, context),
    // Where the mapping says how a register is scaled, its bytes are likelier wrong than that.
    ...(context.scaling.scale === 1 ? [] : registers(field, raw, context, ['BA'])),
    ...(isPerhapsMore(field, raw, context) ? [] : scales(field, raw, context)),
  ];
  if (fitting.length > 0) return fitting;
  const orders = [...floats(field, raw, context), ...registers(field, raw, context, ['BA'])];
  return isPerhapsMore(field, raw, context) ? orders : [...coarseScales(field, raw, context), ...orders];
}

/** In another unit, or signed, it would be unusual and yet possible: then a scale that makes it usual would be a guess. */
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

/** Possible, but not usual. */
function isUnusual(field: Field, raw: number, scaling: Scaling): boolean {
  const value = scaled(raw, scaling, field.unit);
  const [low, high] = field.physical;
  return value !== undefined && value >= low && value <= high && tried(field, raw, scaling) === undefined;
}

function possibleUnits(field: Field, raw: number, { scaling }: AdviceContext) {
  if (scaling.unit !== undefined) return [];
  return (USUAL_UNITS[field.unit] ?? []).filter(([unit]) => isUnusual(field, raw, { ...scaling, unit }));
}

/** As the mapping scales it, or scaled by tens as makers do where it does not. */
function signedRegisters(field: Field, raw: number, context: AdviceContext): readonly Remedy[] {
  const asMapped = registers(field, raw, context, ['i16', 'i32']);
  if (asMapped.length > 0) return asMapped;
  return [10, 100].flatMap((factor) => {
    const { scaling } = context;
    const scale = Number((scaling.scale / factor).toPrecision(12));
    return registers(field, raw, { ...context, scaling: { ...scaling, scale } }, ['i16', 'i32']).map((remedy) => ({
      ...remedy,
      text: remedy.text.replace(' in the mapping', ` and the scale to ${scale} in the mapping`),
      change: { ...remedy.change, scale },
    }));
  });
}

/** 32 bits that a gateway gave as a whole number: a float, in one of the four orders of its bytes. */
function floats(field: Field, raw: number, { scaling }: AdviceContext): readonly Remedy[] {
  const isRegister = Number.isInteger(raw) && raw > 0xff_ffff && raw <= 0xffff_ffff;
  if (!isRegister || (scaling.as !== undefined && scaling.as !== 'f32')) return [];
  return (['ABCD', 'CDAB', 'BADC', 'DCBA'] as const).flatMap((order) => {
    if (scaling.as === 'f32' && order === (scaling.order ?? 'ABCD')) return [];
    const value = tried(field, raw, { ...scaling, as: 'f32', order });
    if (value === undefined || Math.abs(value) < field.resolution / 1000) return [];
    const isPlain = order === 'ABCD';
    const text = `a 32-bit float${isPlain ? '' : ` in the byte order ${order}`}? ${show(field, value)} would be usual; set as to f32${isPlain ? '' : ` and order to ${order}`} in the mapping`;
    return [{ text, value, change: isPlain ? { as: 'f32' as const } : { as: 'f32' as const, order } }];
  });
}

const isNonNegative = (raw: number) => raw >= 0;

function runningTotal(raw: number): Remedy {
  return {
    text: 'a running total? Set counter to true in the mapping, and the intervals are kept',
    value: raw,
    change: { counter: true },
  };
}

const show = ({ symbol }: Field, value: number) =>
  `${Number(value.toPrecision(6))}${symbol === '' ? '' : ` ${symbol}`}`;

/** The value under another scaling, if it is a usual one. */
function tried(field: Field, raw: number, scaling: Scaling): number | undefined {
  const value = scaled(raw, scaling, field.unit);
  const [low, high] = field.normal ?? field.physical;
  return value !== undefined && value >= low && value <= high ? value : undefined;
}

function registers(
  field: Field,
  raw: number,
  { scaling }: AdviceContext,
  kinds: readonly ('i16' | 'i32' | 'BA')[],
): readonly Remedy[] {
  if (!Number.isInteger(raw) || scaling.as !== undefined || raw < 0) return [];
  return kinds.flatMap((kind) => {
    const fits = {
      i16: raw > 0x7fff && raw <= 0xffff,
      i32: raw > 0x7fff_ffff,
      BA: raw > 0xff && raw <= 0xffff,
    };
    if (!fits[kind]) return [];
    const value = tried(field, raw, { ...scaling, ...(kind === 'BA' ? { as: 'u16', order: 'BA' } : { as: kind }) });
    if (value === undefined) return [];
    const what = {
      i16: 'a signed 16-bit register',
      i32: 'a signed 32-bit register',
      BA: 'swapped bytes',
    }[kind];
    const set = kind === 'BA' ? 'as to u16 and order to BA' : `as to ${kind}`;
    return [
      {
        text: `${what}? ${show(field, value)} would be usual; set ${set} in the mapping`,
        value,
        change: kind === 'BA' ? { as: 'u16', order: 'BA' } : { as: kind },
      },
    ];
  });
}

/** 6535.1: a gateway read a signed register as unsigned and scaled it; no mapping can tell that from a measured 6535.1. */
function scaledUnsigned(field: Field, raw: number, { scaling }: AdviceContext): readonly Remedy[] {
  if (Number.isInteger(raw)) return [];
  return [10, 100].flatMap((factor) => {
    const register = Math.round(raw * factor);
    if (Math.abs(raw * factor - register) > 1e-6 || register <= 0x7fff || register > 0xffff) return [];
    const value = tried(field, (register - 0x1_0000) / factor, scaling);
    if (value === undefined) return [];
    return [
      {
        text: `a signed register (i16) that the gateway reads as unsigned? ${show(field, value)} would be usual; have the gateway read it as signed`,
        value,
      },
    ];
  });
}

/** Oxygen sent in % of saturation, a battery sent in volts. */
function siblings(field: Field, raw: number, { scaling, fieldNamed }: AdviceContext): readonly Remedy[] {
  return (field.siblings ?? []).flatMap((name) => {
    const sibling = fieldNamed?.(name);
    if (sibling === undefined) return name === 'oxygen_saturation' && raw > 25 && raw <= 200 ? [noSaturation(raw)] : [];
    const value = tried(sibling, raw, { ...scaling, unit: undefined });
    if (value !== undefined)
      return [
        { text: `${sibling.label.en} in ${sibling.symbol}? Map the key to ${name}`, value, change: { field: name } },
      ];
    return (USUAL_UNITS[sibling.unit] ?? []).flatMap(([unit, called]) => {
      const converted = tried(sibling, raw, { ...scaling, unit });
      if (converted === undefined) return [];
      const text = `${sibling.label.en} in ${called}? Map the key to ${name} with the unit ${unit}`;
      return [{ text, value: converted, change: { field: name, unit } }];
    });
  });
}

function noSaturation(raw: number): Remedy {
  return { text: 'oxygen saturation in %? There is no field for it here: have the probe send mg/L', value: raw };
}

const USUAL_UNITS: Readonly<Record<string, readonly (readonly [unit: string, name: string])[]>> = {
  Cel: [
    ['[degF]', 'degrees Fahrenheit'],
    ['K', 'kelvin'],
  ],
  V: [['mV', 'millivolts']],
  hPa: [
    ['Pa', 'pascal'],
    ['kPa', 'kilopascal'],
    ['mmHg', 'millimetres of mercury'],
    ['inHg', 'inches of mercury'],
  ],
};

function units(field: Field, raw: number, { scaling }: AdviceContext): readonly Remedy[] {
  if (scaling.unit !== undefined) return [];
  return (USUAL_UNITS[field.unit] ?? []).flatMap(([unit, name]) => {
    const value = tried(field, raw, { ...scaling, unit });
    return value === undefined
      ? []
      : [
          {
            text: `${name}? ${show(field, value)} would be usual; set unit to ${unit} in the mapping`,
            value,
            change: { unit },
          },
        ];
  });
}

const isPosition = ({ name }: Field) => name === 'latitude' || name === 'longitude';

function positions(field: Field, raw: number, { scaling, fieldNamed }: AdviceContext): readonly Remedy[] {
  if (!isPosition(field)) return [];
  const minutes = scaling.as === undefined ? tried(field, raw, { ...scaling, as: 'ddmm' }) : undefined;
  const found: Remedy[] = [];
  if (minutes !== undefined)
    found.push({
      text: `degrees and minutes (ddmm.mmmm)? ${show(field, minutes)} would be usual; set as to ddmm in the mapping`,
      value: minutes,
      change: { as: 'ddmm' },
    });
  for (const digits of Number.isInteger(raw) ? [5, 6, 7] : []) {
    const value = tried(field, raw, { ...scaling, scale: scaling.scale / 10 ** digits });
    if (value !== undefined)
      found.push({
        text: `degrees × 10^${digits}? Set the mapping's scale to 1e-${digits}`,
        value,
        change: { scale: Number(`1e-${digits}`) },
      });
  }
  const other = field.name === 'latitude' ? fieldNamed?.('longitude') : undefined;
  if (other !== undefined && tried(other, raw, scaling) !== undefined)
    found.push({ text: 'latitude and longitude exchanged?', value: raw });
  return found;
}

/** Registers hold whole numbers: makers scale by tens, and far enough to keep what the probe resolves. */
function scales(field: Field, raw: number, context: AdviceContext): readonly Remedy[] {
  return byTens(field, raw, context, (factor) => 1 / factor <= field.resolution * 1.001);
}

/** Coarser than the probe resolves: possible where nothing else is. */
function coarseScales(field: Field, raw: number, context: AdviceContext): readonly Remedy[] {
  return byTens(field, raw, context, (factor) => 1 / factor > field.resolution * 1.001);
}

function byTens(
  field: Field,
  raw: number,
  { scaling }: AdviceContext,
  isMeant: (factor: number) => boolean,
): readonly Remedy[] {
  // Where every value is usual, a scale proves nothing.
  if (!Number.isInteger(raw) || field.normal === undefined) return [];
  return [10, 100, 1000].flatMap((factor) => {
    const scale = Number((scaling.scale / factor).toPrecision(12));
    const value = isMeant(factor) ? tried(field, raw, { ...scaling, scale }) : undefined;
    if (value === undefined) return [];
    return [
      {
        text: `a register scaled by ${factor}? ${show(field, value)} would be usual; set the mapping's scale to ${scale}`,
        value,
        change: { scale },
      },
    ];
  });
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
  if (raw === value) {
    return Number.isInteger(raw) && Math.abs(raw) > 0x7fff
      ? 'check what the register holds (signed or not, its scale, the order of its bytes), then probe and wiring'
      : 'check its unit, then probe and wiring';
  }
  const inForce = [
    ...(scale === 1 ? [] : [`scale ${scale}`]),
    ...(offset === 0 ? [] : [`offset ${offset}`]),
    ...(unit === undefined ? [] : [`unit ${unit}`]),
    ...(as === undefined ? [] : [`as ${as}`]),
  ];
  return `sent as ${raw}, and the mapping's ${inForce.join(', ') || 'rules'} made this of it: check them, then the probe`;
}
