/**
 * Watches the bytes of a connection before the MQTT parser sees them: limits packets, shortens an oversized publish, pauses reading,
 * and passes whole publishes of telemetry to the express lane instead of the parser.
 */
import type { Duplex } from 'node:stream';
import { FrameSorter, type SortOptions } from './frame-sorter.ts';

export type { Lane } from './frame-sorter.ts';

export interface FrameGuardOptions extends SortOptions {
  /** While true, nothing more is read or taken; emit `readable` on the stream when it becomes false. */
  readonly isHeld: () => boolean;
  /** Receives the bytes read from the socket, unsorted. */
  readonly onBytes?: (bytes: Buffer) => void;
  /** Ends the connection after a forbidden frame; default: destroys the stream. */
  readonly fail?: (error: Error) => void;
}

export interface FrameGuard extends Pick<FrameSorter, 'isSwallowing' | 'position'> {
  /** Removes the guard from the stream. */
  release(): void;
}

/** Replaces `stream.read`, by which the broker takes bytes. */
export function guardFrames(stream: Duplex, options: FrameGuardOptions): FrameGuard {
  const { isHeld, fail = (error) => void stream.destroy(error) } = options;
  const sorter = new FrameSorter(options);
  const readOriginal = stream.read.bind(stream);
  /** Bytes for the parser, which has not asked for them yet. */
  let outgoing: Buffer | undefined;

  /** Sorts what follows the bytes given to the parser: frames for the lane need not wait until the parser asks again. */
  function sortAhead(): void {
    if (outgoing !== undefined || stream.destroyed) return;
    try {
      while (sorter.rest !== undefined && outgoing === undefined && !isHeld()) outgoing = sorter.sort(sorter.rest);
    } catch (error) {
      fail(error as Error);
    }
    if (outgoing !== undefined) stream.emit('readable');
  }

  function readFromSocket(size: number | undefined): Buffer | null {
    const chunk = readOriginal(size) as Buffer | null;
    if (chunk !== null) options.onBytes?.(chunk);
    return chunk;
  }

  /** The next bytes for the parser; null if there are none. */
  function next(size: number | undefined): Buffer | null {
    for (;;) {
      let bytes = outgoing;
      outgoing = undefined;
      if (bytes === undefined) {
        const chunk = sorter.rest ?? readFromSocket(size);
        if (chunk === null) return null;
        bytes = sorter.sort(chunk);
      }
      if (bytes !== undefined) {
        if (sorter.rest !== undefined) process.nextTick(sortAhead);
        return bytes;
      }
      // Everything was taken or is incomplete: look for more.
      if (sorter.rest !== undefined && isHeld()) return null;
    }
  }

  stream.read = (size?: number) => {
    // Streams call read(0) to fill their buffer and drop the result, so it must return nothing of ours.
    if (size === 0) return readOriginal(0);
    if (isHeld()) return null;
    try {
      return next(size);
    } catch (error) {
      fail(error as Error);
      return null;
    }
  };

  return {
    get isSwallowing() {
      return sorter.isSwallowing;
    },
    position: () => sorter.position(),
    release() {
      stream.read = readOriginal;
    },
  };
}
