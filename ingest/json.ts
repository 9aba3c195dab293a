/** Parses the bytes of a payload as JSON; depth and number of keys are checked before any memory is allocated. */
import { isUtf8 } from 'node:buffer';
import type { Rejection } from '../bus/rejection.ts';
import { explainJson } from './json-problem.ts';
import { countKeys, renameTwins } from './json-twins.ts';

export const JSON_LIMITS = {
  /** Envelopes of vendors need five levels; deeper nesting attacks recursive parsers. */
  depth: 16,
  /** In one message: 5,000 readings of 20 fields. */
  keys: 100_000,
} as const;

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Rejection };

export const refuse = (reason: Rejection): { readonly ok: false; readonly reason: Rejection } => ({
  ok: false,
  reason,
});

/** Never throws. The second of two equal keys in an object is renamed to `key#2`, so no value is lost. */
export function parseJson(payload: Uint8Array): Outcome<unknown> {
  if (payload.length === 0) {
    return refuse({
      code: 'PAYLOAD_EMPTY',
      message: 'the payload is empty: send a JSON object such as {"dissolved_oxygen": 6.42}',
    });
  }
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (!isUtf8(bytes)) {
    return refuse({ code: 'PAYLOAD_NOT_UTF8', message: 'the payload is not UTF-8 text: send JSON encoded as UTF-8' });
  }
  const measured = measure(bytes);
  if (typeof measured !== 'number') return refuse(measured);
  const text = withoutByteOrderMark(bytes.toString('utf8'));
  try {
    const value = JSON.parse(text) as unknown;
    const hasTwins = countKeys(value) < measured;
    return { ok: true, value: hasTwins ? (JSON.parse(renameTwins(text)) as unknown) : value };
  } catch {
    const { offset, hint } = explainJson(text);
    const position = Buffer.byteLength(text.slice(0, offset));
    return refuse({ code: 'PAYLOAD_NOT_JSON', position, message: `${hint} at byte ${position}` });
  }
}

const withoutByteOrderMark = (text: string) => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING = [0x5b, 0x7b] as const;
const CLOSING = [0x5d, 0x7d] as const;

/** Counts keys in one pass over the bytes outside of strings. Bytes suffice, because multi-byte characters hold no byte below 0x80. */
function measure(bytes: Uint8Array): Rejection | number {
  let depth = 0;
  let keys = 0;
  let isInText = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (isInText) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) isInText = false;
    } else if (byte === QUOTE) isInText = true;
    else if (byte === OPENING[0] || byte === OPENING[1]) {
      depth++;
      if (depth > JSON_LIMITS.depth) {
        return {
          code: 'PAYLOAD_TOO_DEEP',
          position: index,
          message: `nested deeper than ${JSON_LIMITS.depth} levels at byte ${index}: send flat objects`,
        };
      }
    } else if (byte === CLOSING[0] || byte === CLOSING[1]) depth--;
    else if (byte === COLON) {
      keys++;
      if (keys > JSON_LIMITS.keys) {
        return {
          code: 'PAYLOAD_TOO_MANY_KEYS',
          position: index,
          message: `more than ${JSON_LIMITS.keys} keys in one message: send smaller batches`,
        };
      }
    }
  }
  return keys;
}
