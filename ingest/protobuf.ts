/** The wire format of Protocol Buffers: fields with their numbers, without a schema. Strict: bytes that do not come out even are no message. */

export interface WireField {
  readonly number: number;
  /** A varint as it stands; four or eight bytes, or so many as their length says. */
  readonly value: bigint | Uint8Array;
}

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH = 2;
const FOUR_BYTES = 5;
const LONGEST_VARINT = 10;

/** Undefined: no message. */
export function readFields(bytes: Uint8Array): readonly WireField[] | undefined {
  const fields: WireField[] = [];
  let at = 0;

  function varint(): bigint | undefined {
    let value = 0n;
    for (let count = 0; count < LONGEST_VARINT; count++) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  function taken(length: number): Uint8Array | undefined {
    if (length > bytes.length - at) return undefined;
    at += length;
    return bytes.subarray(at - length, at);
  }

  function contentOf(type: number): bigint | Uint8Array | undefined {
    if (type === VARINT) return varint();
    if (type === EIGHT_BYTES) return taken(8);
    if (type === FOUR_BYTES) return taken(4);
    const length = type === LENGTH ? varint() : undefined;
    return length === undefined ? undefined : taken(Number(length));
  }

  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined || tag < 8n || tag > 0xffff_ffffn) return undefined;
    const value = contentOf(Number(tag & 7n));
    if (value === undefined) return undefined;
    fields.push({ number: Number(tag >> 3n), value });
  }
  return fields;
}
