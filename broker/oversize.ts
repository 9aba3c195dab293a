/** Replaces an oversized publish by a small one with the same topic and packet id, whose payload holds the original size and first bytes. */
import { randomBytes } from 'node:crypto';

/** First bytes of an oversized publish, kept for the quarantine. */
const HEAD_BYTES = 1024;
/** Largest topic and packet id; a longer topic is refused anyway. */
const MAX_VARIABLE_HEADER = 1030;
/** Larger publishes close the connection: a remaining length near MQTT's 256 MB is an attack, not a backlog. */
export const ABSOLUTE_BYTES = 16 * 1024 * 1024;
/** Random prefix of replacement payloads, unknown outside this process. */
const MARK = randomBytes(24);

/** Size and first bytes of the original payload, if this is a replacement. */
export function oversizeOf(payload: Buffer): { readonly sizeBytes: number; readonly head: Buffer } | undefined {
  // The first byte excludes nearly all other payloads.
  if (payload[0] !== MARK[0] || payload.length < MARK.length + 4) return undefined;
  if (!payload.subarray(0, MARK.length).equals(MARK)) return undefined;
  return { sizeBytes: payload.readUInt32BE(MARK.length), head: payload.subarray(MARK.length + 4) };
}

export interface Swallowing {
  /** Takes the bytes that belong to the packet; returns their number, and the replacement once its start is complete. */
  take(bytes: Buffer): { readonly taken: number; readonly standIn: Buffer | undefined };
  readonly isDone: boolean;
  /** Remaining bytes of the packet. */
  readonly left: number;
}

/** Call after the fixed header of an oversized publish with these flags and remaining length. */
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
