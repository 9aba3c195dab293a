/** CBOR (RFC 8949) with the values that JSON has: maps, lists, numbers, texts. Strict: no twin keys, no tags but dates, epochs and decimal fractions. */
import { decode } from 'cborg';
import { JSON_LIMITS, type Outcome, refuse } from '../json.ts';
import type { Decoder } from './decoder.ts';

export const cbor: Decoder = { name: 'cbor', isNamedOnly: true, parse: (bytes) => parseCbor(bytes) };

type Tagged = () => unknown;
const TAGS = {
  0: (content: Tagged) => content(),
  1: (content: Tagged) => epochMs(content()),
  4: (content: Tagged) => decimalFraction(content()),
};

/** Never throws. `label`: what an integer key of a map means. */
export function parseCbor(bytes: Uint8Array, label: (key: number) => string = String): Outcome<unknown> {
  if (bytes.length === 0) return refuse({ code: 'PAYLOAD_EMPTY', message: 'the payload is empty: send a CBOR map' });
  try {
    const decoded: unknown = decode(bytes, { useMaps: true, rejectDuplicateMapKeys: true, tags: TAGS });
    return { ok: true, value: plain(decoded, label, 0) };
  } catch (error) {
    if (error instanceof TooDeep || error instanceof RangeError) {
      return refuse({
        code: 'PAYLOAD_TOO_DEEP',
        message: `nested deeper than ${JSON_LIMITS.depth} levels: send flat maps`,
      });
    }
    const why = error instanceof Error ? error.message.replace('CBOR decode error: ', '') : String(error);
    return refuse({ code: 'PAYLOAD_NOT_CBOR', message: `the payload is not CBOR as it is taken here: ${why}` });
  }
}

class TooDeep extends Error {}

/** As `JSON.parse` would have given it; bytes become hex, whole numbers beyond 2^53 texts. */
function plain(value: unknown, label: (key: number) => string, depth: number): unknown {
  if (depth > JSON_LIMITS.depth) throw new TooDeep();
  if (value instanceof Map) {
    const entries = [...(value as Map<unknown, unknown>)];
    return Object.fromEntries(
      entries.map(([key, member]) => [
        typeof key === 'number' ? label(key) : String(key),
        plain(member, label, depth + 1),
      ]),
    );
  }
  if (Array.isArray(value)) return value.map((element) => plain(element, label, depth + 1));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'bigint') return String(value);
  return value === undefined ? null : value;
}

/** Tag 1 counts seconds. */
const epochMs = (content: unknown) => (typeof content === 'number' ? Math.round(content * 1000) : content);

/** Tag 4: [exponent of ten, mantissa]. By way of the text, so that 27315 × 10^-2 is 273.15. */
function decimalFraction(content: unknown): unknown {
  const [exponent, mantissa] = Array.isArray(content) ? (content as unknown[]) : [];
  const isWhole = (value: unknown) => Number.isInteger(value) || typeof value === 'bigint';
  if (!isWhole(exponent) || !isWhole(mantissa))
    throw new Error('a decimal fraction (tag 4) must be [exponent, mantissa]');
  return Number(`${mantissa}e${exponent}`);
}
