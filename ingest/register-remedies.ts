/** Remedies for registers: signed or unsigned, order of bytes, floats, scales by powers of ten. */
import type { Field } from '../sensors/kind.ts';
import { type AdviceContext, type Remedy, show, tried } from './remedy.ts';

/** Scaled as the mapping says; where that does not help, by 10 or 100, the scales that makers use. */
export function signedRegisters(field: Field, raw: number, context: AdviceContext): readonly Remedy[] {
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

/** A gateway sent the 32 bits of a float as a whole number, in one of the four byte orders. */
export function floats(field: Field, raw: number, { scaling }: AdviceContext): readonly Remedy[] {
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

export function registers(
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

/** 6535.1: the gateway reads a signed register as unsigned and scales it. A mapping cannot tell that from a measured 6535.1. */
export function scaledUnsigned(field: Field, raw: number, { scaling }: AdviceContext): readonly Remedy[] {
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

/** Registers hold whole numbers: makers scale by powers of ten, fine enough for the resolution of the probe. */
export function scales(field: Field, raw: number, context: AdviceContext): readonly Remedy[] {
  return byTens(field, raw, context, (factor) => 1 / factor <= field.resolution * 1.001);
}

/** Coarser than the resolution of the probe: suggested only where nothing else fits. */
export function coarseScales(field: Field, raw: number, context: AdviceContext): readonly Remedy[] {
  return byTens(field, raw, context, (factor) => 1 / factor > field.resolution * 1.001);
}

function byTens(
  field: Field,
  raw: number,
  { scaling }: AdviceContext,
  isMeant: (factor: number) => boolean,
): readonly Remedy[] {
  // Without a normal range every scale would fit.
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
