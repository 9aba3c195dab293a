/**
 * Watches the bytes of a connection before the MQTT parser sees them: bounds packets, shortens an oversized publish, holds reading back,
 * and hands whole publishes of a device's telemetry to the express lane, which the parser never sees.
 */
import type { Duplex } from 'node:stream';
import { CutFrame, fixedHeaderBytes, frameSize } from './frame.ts';
import { ABSOLUTE_BYTES, type Swallowing, swallow } from './oversize.ts';

/** Takes frames by itself. Order is that of the bytes, in both lanes together. */
export interface Lane {
  /** Whether the frame that begins there may be one for it, by as much of it as is there. */
  mayTake(bytes: Buffer, start: number): boolean;
  /** False: it is for the parser after all. */
  take(bytes: Buffer, start: number, end: number): boolean;
}

export interface FrameGuardOptions {
  readonly maxPacketBytes: number;
  /** Before the device is known; a CONNECT needs no more. */
  readonly maxConnectBytes: number;
  readonly isKnown: () => boolean;
  /** While true, nothing more is read or taken; the stream must be told `readable` when it turns false. */
  readonly isHeld: () => boolean;
  readonly lane: Lane;
  /** At least one packet has come to its end. */
  readonly onPackets: () => void;
  readonly onOversize: () => void;
  /** What was read of the socket, before anything is made of it. */
  readonly onBytes?: (bytes: Buffer) => void;
  /** Ends the connection for a frame that must not be; destroys the stream unless given. */
  readonly fail?: (error: Error) => void;
}

export interface FrameGuard {
  /** In the middle of a publish that is larger than allowed. */
  readonly isSwallowing: boolean;
  /** What has been read but is no whole frame yet: bytes still to come of one that was passed on, and those that wait. */
  position(): { readonly skip: number; readonly bytes: readonly Buffer[] };
  /** From here on the stream is read as if there had been none. */
  release(): void;
}

const PUBLISH = 3;

/** Puts itself before `stream.read`, which is how the broker takes bytes. */
export function guardFrames(stream: Duplex, options: FrameGuardOptions): FrameGuard {
  const { isHeld, lane, fail = (error) => void stream.destroy(error) } = options;
  const readOriginal = stream.read.bind(stream);
  /** Read from the socket, but not looked at: no more than one read of it. */
  let rest: Buffer | undefined;
  /** For the parser, which has not asked for it yet. */
  let outgoing: Buffer | undefined;
  /** The beginning of a frame whose fixed header is cut off, or that may be one for the lane. */
  let cut: CutFrame | undefined;
  /** Bytes of the parser's present packet still to pass through. */
  let passing = 0;
  let swallowing: Swallowing | undefined;

  const isAllowed = (size: number) => size <= (options.isKnown() ? options.maxPacketBytes : options.maxConnectBytes);

  /** What of these bytes is for the parser, as far as the first frame that is not; those behind it are kept in `rest`. */
  function sort(chunk: Buffer): Buffer | undefined {
    if (cut !== undefined) return sortCut(cut, chunk);
    if (swallowing !== undefined) return swallowMore(swallowing, chunk);
    let at = Math.min(passing, chunk.length);
    passing -= at;
    let hasPacket = at > 0 && passing === 0;
    /** Everything before `at` that the lane did not take. */
    let from = 0;
    while (at < chunk.length) {
      const size = frameSize(chunk, at);
      if (size === 0) {
        cut = new CutFrame(chunk.subarray(at));
        break;
      }
      if (!isAllowed(size)) {
        if (at === from) return begin(chunk.subarray(at), size);
        rest = chunk.subarray(at);
        break;
      }
      const end = at + size;
      if (lane.mayTake(chunk, at)) {
        if (at > from) {
          // What came before it goes before it.
          rest = chunk.subarray(at);
          break;
        }
        if (end > chunk.length) {
          cut = new CutFrame(chunk.subarray(at));
          break;
        }
        if (isHeld()) {
          rest = chunk.subarray(at);
          break;
        }
        if (lane.take(chunk, at, end)) {
          hasPacket = true;
          at = end;
          from = end;
          continue;
        }
      }
      if (end > chunk.length) passing = end - chunk.length;
      else hasPacket = true;
      at = Math.min(end, chunk.length);
    }
    if (hasPacket) options.onPackets();
    return at > from ? chunk.subarray(from, at) : undefined;
  }

  function sortCut(frame: CutFrame, chunk: Buffer): Buffer | undefined {
    const bytes = frame.add(chunk);
    const size = frameSize(bytes, 0);
    if (size === 0) return undefined;
    if (isAllowed(size) && bytes.length < size && lane.mayTake(bytes, 0)) return undefined;
    cut = undefined;
    return sort(bytes);
  }

  /** A packet that is larger than allowed. */
  function begin(chunk: Buffer, size: number): Buffer | undefined {
    const flags = chunk[0] ?? 0;
    const isSwallowed = options.isKnown() && flags >> 4 === PUBLISH && size <= ABSOLUTE_BYTES;
    if (!isSwallowed) throw new Error('packet too large');
    const header = fixedHeaderBytes(chunk, 0);
    return swallowMore(swallow(flags, size - header), chunk.subarray(header));
  }

  function swallowMore(packet: Swallowing, chunk: Buffer): Buffer | undefined {
    const { taken, standIn } = packet.take(chunk);
    swallowing = packet.isDone ? undefined : packet;
    if (packet.isDone) options.onPackets();
    if (taken < chunk.length) rest = chunk.subarray(taken);
    if (standIn !== undefined) options.onOversize();
    return standIn;
  }

  /** The parser has taken what it was given: what comes behind that for the lane need not wait until it asks again. */
  function goOn(): void {
    if (outgoing !== undefined || stream.destroyed) return;
    try {
      while (rest !== undefined && outgoing === undefined && !isHeld()) outgoing = sortRest(rest);
    } catch (error) {
      fail(error as Error);
    }
    if (outgoing !== undefined) stream.emit('readable');
  }

  function sortRest(bytes: Buffer): Buffer | undefined {
    rest = undefined;
    return sort(bytes);
  }

  stream.read = (size?: number) => {
    // Streams ask themselves for 0 bytes to fill their buffer, and drop what they are given: nothing may be handed out then.
    if (size === 0) return readOriginal(0);
    if (isHeld()) return null;
    try {
      for (;;) {
        let bytes = outgoing;
        outgoing = undefined;
        if (bytes === undefined) {
          const chunk = rest ?? (readOriginal(size) as Buffer | null);
          if (chunk === null) return null;
          if (rest === undefined) options.onBytes?.(chunk);
          bytes = sortRest(chunk);
        }
        if (bytes !== undefined) {
          if (rest !== undefined) process.nextTick(goOn);
          return bytes;
        }
        // All of it was taken or waits for its rest: nothing for the parser yet, so look for more.
        if (rest !== undefined && isHeld()) return null;
      }
    } catch (error) {
      fail(error as Error);
      return null;
    }
  };

  return {
    get isSwallowing() {
      return swallowing !== undefined;
    },
    position: () => ({
      skip: passing + (swallowing?.left ?? 0),
      bytes: [cut?.bytes, rest].filter((each) => each !== undefined),
    }),
    release() {
      stream.read = readOriginal;
    },
  };
}
