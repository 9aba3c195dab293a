/** The first packet of a connection, read completely: its protocol level decides who handles the client. */
import type { Duplex } from 'node:stream';
import { CutFrame, fixedHeaderBytes, frameSize } from './frame.ts';

export interface ConnectFrameOptions {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** With the frame of a CONNECT and the bytes after it, both taken from the stream. */
  readonly onConnect: (frame: Buffer, behind: Buffer) => void;
  /** Not a CONNECT: close the connection. */
  readonly onFailure: (reason: string) => void;
}

const CONNECT = 0x10;

export function readConnectFrame(stream: Duplex, { maxBytes, timeoutMs, ...options }: ConnectFrameOptions): void {
  let start: CutFrame | undefined;
  const timer = setTimeout(() => fail('connect did not arrive in time'), timeoutMs).unref();

  function stop(): void {
    clearTimeout(timer);
    stream.off('readable', look);
    stream.off('close', stop);
  }

  function fail(reason: string): void {
    stop();
    options.onFailure(reason);
  }

  function look(): void {
    for (let chunk: Buffer | null = stream.read(); chunk !== null; chunk = stream.read()) {
      let bytes = chunk;
      if (start === undefined) start = new CutFrame(chunk);
      else bytes = start.add(chunk);
      if (bytes[0] !== CONNECT) return fail('the first packet is not a CONNECT');
      const size = sizeOf(bytes);
      if (size === undefined || size > maxBytes) return fail('packet too large');
      if (size === 0 || bytes.length < size) continue;
      stop();
      return options.onConnect(bytes.subarray(0, size), bytes.subarray(size));
    }
  }

  stream.on('readable', look);
  stream.once('close', stop);
}

/** Undefined if the remaining length is malformed. */
function sizeOf(bytes: Buffer): number | undefined {
  try {
    return frameSize(bytes, 0);
  } catch {
    return undefined;
  }
}

/** Protocol name and level of a CONNECT; undefined if it has none [MQTT 3.1.2.1, 3.1.2.2]. */
export function protocolOf(frame: Buffer): { readonly name: string; readonly level: number } | undefined {
  const at = fixedHeaderBytes(frame, 0);
  if (frame.length < at + 2) return undefined;
  const nameEnd = at + 2 + frame.readUInt16BE(at);
  const level = frame[nameEnd];
  return level === undefined ? undefined : { name: frame.toString('latin1', at + 2, nameEnd), level };
}

/** CONNACK with return code 1, "unacceptable protocol version", in the 3.1.1 form that clients of any version understand [MQTT-3.1.2-2]. */
export const UNACCEPTABLE_PROTOCOL_VERSION = Buffer.from([0x20, 0x02, 0x00, 0x01]);
