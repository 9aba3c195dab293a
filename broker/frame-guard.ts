/** Watches the bytes of a connection before the MQTT parser sees them: bounds packets, shortens an oversized publish, holds reading back. */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';

export interface FrameGuardOptions {
  readonly maxPacketBytes: number;
  /** Before the device is known; a CONNECT needs no more. */
  readonly maxConnectBytes: number;
  readonly isKnown: () => boolean;
  /** While true, nothing more is read; `release` must be called when it turns false. */
  readonly isHeld: () => boolean;
  readonly onOversize: () => void;
}

export interface FrameGuard {
  /** Reading may go on. */
  release(): void;
}

/** Kept of an oversized publish, for the quarantine. */
const HEAD_BYTES = 1024;
/** Topic and packet id of an oversized publish; a longer topic is refused anyway. */
const MAX_VARIABLE_HEADER = 1030;
/** Not even swallowed: a remaining length near MQTT's 256 MB is an attack, not a backlog. */
const ABSOLUTE_BYTES = 16 * 1024 * 1024;
/** Begins the payload that stands in for an oversized one; nobody outside knows it. */
const MARK = randomBytes(24);

const PUBLISH = 3;

/** The true size and the first bytes of an oversized payload, when this stands in for one. */
export function oversizeOf(payload: Buffer): { readonly sizeBytes: number; readonly head: Buffer } | undefined {
  // The first byte tells nearly all others apart.
  if (payload[0] !== MARK[0] || payload.length < MARK.length + 4) return undefined;
  if (!payload.subarray(0, MARK.length).equals(MARK)) return undefined;
  return { sizeBytes: payload.readUInt32BE(MARK.length), head: payload.subarray(MARK.length + 4) };
}

/** Puts itself before `stream.read`, which is how the broker takes bytes. */
export function guardFrames(stream: Duplex, options: FrameGuardOptions): FrameGuard {
  const readOriginal = stream.read.bind(stream);
  /** A fixed header that is not complete yet. */
  let header: number[] = [];
  /** Bytes of the present packet still to pass through. */
  let passing = 0;
  /** Bytes of an oversized publish still to swallow, and what is kept of them until its stand-in goes out. */
  let swallowing = 0;
  let oversized: { readonly flags: number; readonly length: number; start: Buffer } | undefined;

  const isAllowed = (size: number) => size <= (options.isKnown() ? options.maxPacketBytes : options.maxConnectBytes);

  /** The usual case: whole headers, nothing oversized. What the last packet still lacks, or undefined when it is not so. */
  function scan(chunk: Buffer): number | undefined {
    let at = passing;
    while (at < chunk.length) {
      const fixed = fixedHeader(chunk, at);
      if (fixed === undefined || !isAllowed(fixed.bytes + fixed.length)) return undefined;
      at += fixed.bytes + fixed.length;
    }
    return at - chunk.length;
  }

  function filter(chunk: Buffer): Buffer {
    if (header.length === 0 && swallowing === 0) {
      const rest = scan(chunk);
      if (rest !== undefined) {
        passing = rest;
        return chunk;
      }
    }
    const out: Buffer[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (passing > 0) {
        const end = Math.min(chunk.length, at + passing);
        out.push(chunk.subarray(at, end));
        passing -= end - at;
        at = end;
      } else if (swallowing > 0) {
        const end = Math.min(chunk.length, at + swallowing);
        swallow(chunk.subarray(at, end), out);
        at = end;
      } else {
        header.push(chunk[at] ?? 0);
        at += 1;
        const fixed = fixedHeader(header, 0);
        if (fixed !== undefined) begin(fixed.length, out);
      }
    }
    return Buffer.concat(out);
  }

  /** A packet whose fixed header is complete. */
  function begin(length: number, out: Buffer[]): void {
    const flags = header[0] ?? 0;
    const size = header.length + length;
    if (isAllowed(size)) {
      out.push(Buffer.from(header));
      passing = length;
    } else if (options.isKnown() && flags >> 4 === PUBLISH && size <= ABSOLUTE_BYTES) {
      oversized = { flags, length, start: Buffer.alloc(0) };
      swallowing = length;
    } else throw new Error('packet too large');
    header = [];
  }

  function swallow(part: Buffer, out: Buffer[]): void {
    swallowing -= part.length;
    if (oversized === undefined) return;
    oversized.start = Buffer.concat([oversized.start, part.subarray(0, MAX_VARIABLE_HEADER + HEAD_BYTES)]);
    if (oversized.start.length < MAX_VARIABLE_HEADER + HEAD_BYTES && swallowing > 0) return;
    out.push(standInFor(oversized));
    oversized = undefined;
    options.onOversize();
  }

  stream.read = (size?: number) => {
    if (options.isHeld()) return null;
    for (;;) {
      const chunk = readOriginal(size) as Buffer | null;
      if (chunk === null) return null;
      try {
        const passed = filter(chunk);
        // All of it was swallowed or waits for its rest: nothing for the parser yet, so look for more.
        if (passed.length > 0) return passed;
      } catch (error) {
        stream.destroy(error as Error);
        return null;
      }
    }
  };

  return {
    release() {
      stream.emit('readable');
    },
  };
}

/** Length of the fixed header and of what follows it; undefined while it is cut off. Throws when it is malformed [MQTT-2.2.3]. */
function fixedHeader(
  bytes: ArrayLike<number>,
  at: number,
): { readonly bytes: number; readonly length: number } | undefined {
  let length = 0;
  for (let index = 0; index < 4; index++) {
    const byte = bytes[at + 1 + index];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** index;
    if (byte < 0x80) return { bytes: 2 + index, length };
  }
  throw new Error('malformed remaining length');
}

/** A publish with the same flags, topic and packet id, whose payload says how large the true one was and how it began. */
function standInFor({
  flags,
  length,
  start,
}: {
  readonly flags: number;
  readonly length: number;
  readonly start: Buffer;
}): Buffer {
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
