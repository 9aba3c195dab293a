/** The stand-in for a publish larger than a packet may be: its topic and packet id stay, its payload says how large it was and how it began. */
import { randomBytes } from 'node:crypto';

/** Kept of an oversized publish, for the quarantine. */
const HEAD_BYTES = 1024;
/** Topic and packet id of an oversized publish; a longer topic is refused anyway. */
const MAX_VARIABLE_HEADER = 1030;
/** Not even swallowed: a remaining length near MQTT's 256 MB is an attack, not a backlog. */
export const ABSOLUTE_BYTES = 16 * 1024 * 1024;
/** Begins the payload that stands in for an oversized one; nobody outside knows it. */
const MARK = randomBytes(24);

/** The true size and the first bytes of an oversized payload, when this stands in for one. */
export function oversizeOf(payload: Buffer): { readonly sizeBytes: number; readonly head: Buffer } | undefined {
  // The first byte tells nearly all others apart.
  if (payload[0] !== MARK[0] || payload.length < MARK.length + 4) return undefined;
  if (!payload.subarray(0, MARK.length).equals(MARK)) return undefined;
  return { sizeBytes: payload.readUInt32BE(MARK.length), head: payload.subarray(MARK.length + 4) };
}

export interface Swallowing {
  /** Takes of these bytes what belongs to the packet: how many, and the stand-in once enough is known of it. */
  take(bytes: Buffer): { readonly taken: number; readonly standIn: Buffer | undefined };
  readonly isDone: boolean;
  /** Bytes still to come. */
  readonly left: number;
}

/** Behind the fixed header of an oversized publish with these flags and remaining length. */
export function swallow(flags: number, length: number): Swallowing {
  let left = length;
  let start = Buffer.alloc(0);
  let isTold = false;
  return {
    take(bytes) {
      const part = bytes.subarray(0, left);
      left -= part.length;
      if (isTold) return { taken: part.length, standIn: undefined };
      start = Buffer.concat([start, part.subarray(0, MAX_VARIABLE_HEADER + HEAD_BYTES)]);
      if (start.length < MAX_VARIABLE_HEADER + HEAD_BYTES && left > 0) {
        return { taken: part.length, standIn: undefined };
      }
      isTold = true;
      const standIn = standInFor(flags, length, start);
      start = Buffer.alloc(0);
      return { taken: part.length, standIn };
    },
    get isDone() {
      return left === 0;
    },
    get left() {
      return left;
    },
  };
}

function standInFor(flags: number, length: number, start: Buffer): Buffer {
  const payloadStart = 2 + start.readUInt16BE(0) + ((flags & 0x06) === 0 ? 0 : 2);
  if (payloadStart > MAX_VARIABLE_HEADER) throw new Error('topic too long');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(length - payloadStart);
  const body = Buffer.concat([
    start.subarray(0, payloadStart),
    MARK,
    size,
    start.subarray(payloadStart, payloadStart + HEAD_BYTES),
  ]);
  return Buffer.concat([Buffer.from([flags, (body.length & 0x7f) | 0x80, body.length >> 7]), body]);
}
