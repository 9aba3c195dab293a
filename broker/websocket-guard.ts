/**
 * Checks the frames of a WebSocket until its device is authenticated. The library buffers a message until its last byte, so a stranger's message must
 * be refused by its header.
 */
import type { Socket } from 'node:net';

export interface WebSocketGuardOptions {
  /** Bytes of a message; a CONNECT needs no more. */
  readonly maxBytes: number;
  /** After authentication, packets are bounded behind the frame parser. */
  readonly isKnown: () => boolean;
}

/** Client frames carry a mask: 2 bytes, 8 of a long length, 4 of the mask (RFC 6455, 5.2). */
const LONGEST_HEADER = 14;
const FIRST_CONTROL_OPCODE = 8;

/** Closes the socket at the first frame that makes its message longer than allowed. Call once the library listens. */
export function guardWebSocket(socket: Socket, { maxBytes, isKnown }: WebSocketGuardOptions): void {
  let header = Buffer.alloc(0);
  /** Remaining payload bytes of the current frame. */
  let passing = 0;
  let messageBytes = 0;

  function watch(chunk: Buffer): void {
    if (isKnown()) {
      socket.off('data', watch);
      return;
    }
    for (let at = 0; at < chunk.length; ) {
      if (passing > 0) {
        const taken = Math.min(passing, chunk.length - at);
        passing -= taken;
        at += taken;
        continue;
      }
      const before = header.length;
      header = Buffer.concat([header, chunk.subarray(at, at + LONGEST_HEADER - before)]);
      const frame = frameOf(header);
      if (frame === undefined) return;
      at += frame.headerBytes - before;
      header = Buffer.alloc(0);
      passing = frame.length;
      if (frame.isControl) continue;
      messageBytes += frame.length;
      if (messageBytes > maxBytes) {
        socket.destroy();
        return;
      }
      if (frame.isLast) messageBytes = 0;
    }
  }

  socket.on('data', watch);
}

interface Frame {
  readonly headerBytes: number;
  readonly length: number;
  readonly isLast: boolean;
  readonly isControl: boolean;
}

/** Undefined while the header is incomplete. */
function frameOf(header: Buffer): Frame | undefined {
  const [first, second] = header;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const headerBytes = 2 + lengthBytes + (second & 0x80 ? 4 : 0);
  if (header.length < headerBytes) return undefined;
  const length =
    lengthBytes === 8 ? Number(header.readBigUInt64BE(2)) : lengthBytes === 2 ? header.readUInt16BE(2) : short;
  return {
    headerBytes,
    length,
    isLast: (first & 0x80) !== 0,
    isControl: (first & 0x0f) >= FIRST_CONTROL_OPCODE,
  };
}
