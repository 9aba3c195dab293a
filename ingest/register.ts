/** Registers: how 16 or 32 bits hold a number, and a position in degrees and minutes. */
import type { ByteOrder, RegisterType } from '../registry/mapping.ts';

/** Bytes of a register type on the wire. */
export const widthOf = (as: RegisterType): 2 | 4 => (as === 'u32' || as === 'i32' || as === 'f32' ? 4 : 2);

/** The number in these bytes, most significant first unless `order` says otherwise. */
export function readRegister(bytes: Uint8Array, as: RegisterType, order?: ByteOrder): number {
  const buffer = Buffer.from(order === undefined ? bytes : reordered(bytes, order));
  if (as === 'i16') return buffer.readInt16BE();
  if (as === 'i32') return buffer.readInt32BE();
  if (as === 'u32') return buffer.readUInt32BE();
  if (as === 'f32') return buffer.readFloatBE();
  return as === 'bcd' ? decimalOf(buffer.readUInt16BE()) : buffer.readUInt16BE();
}

/**
 * Reinterprets a number that a gateway read from a register without knowing its type: 65351 as i16 is -185. Leaves a number unchanged that
 * does not fit the register: the gateway has already converted it.
 */
export function reinterpret(raw: number, as: RegisterType, order?: ByteOrder): number {
  if (as === 'ddmm') return fromDegreesMinutes(raw);
  const width = widthOf(as);
  const highest = width === 2 ? 0xffff : 0xffff_ffff;
  const lowest = width === 2 ? -0x8000 : -0x8000_0000;
  if (!Number.isInteger(raw) || raw < lowest || raw > highest) return raw;
  const buffer = Buffer.alloc(width);
  if (width === 2) buffer.writeUInt16BE(raw & 0xffff);
  else buffer.writeUInt32BE(raw >>> 0);
  return readRegister(buffer, as, order);
}

/** `ddmm.mm` to degrees, e.g. 3104.83 → 31.0805: the last two digits before the point are minutes. */
export function fromDegreesMinutes(raw: number): number {
  const size = Math.abs(raw);
  const degrees = Math.floor(size / 100);
  return Math.sign(raw) * (degrees + (size - degrees * 100) / 60);
}

/** Puts the bytes in order, most significant first. The order names the bytes as sent; `A` is the most significant. */
function reordered(bytes: Uint8Array, order: ByteOrder): Uint8Array {
  const sorted = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) sorted[order.charCodeAt(index) - 65] = bytes[index] ?? 0;
  return sorted;
}

/** Four decimal digits; NaN if a half-byte is above 9. */
function decimalOf(word: number): number {
  let value = 0;
  for (let shift = 12; shift >= 0; shift -= 4) {
    const digit = (word >> shift) & 0xf;
    if (digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
