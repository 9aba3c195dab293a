/** Sorts the bytes of a connection frame by frame: for the MQTT parser, for the express lane, or larger than allowed. */
import { CutFrame, fixedHeaderBytes, frameSize } from './frame.ts';
import { ABSOLUTE_BYTES, type Swallowing, swallow } from './oversize.ts';

/** Takes frames instead of the parser. Both lanes together keep the order of the bytes. */
export interface Lane {
  /** Whether the frame that begins at `start` may be one for the lane, by the bytes that have arrived. */
  mayTake(bytes: Buffer, start: number): boolean;
  /** False: the frame is for the parser after all. */
  take(bytes: Buffer, start: number, end: number): boolean;
}

export interface SortOptions {
  readonly maxPacketBytes: number;
  /** Limit before the device is known; a CONNECT needs no more. */
  readonly maxConnectBytes: number;
  readonly isKnown: () => boolean;
  readonly isHeld: () => boolean;
  readonly lane: Lane;
  /** At least one packet is complete. */
  readonly onPackets: () => void;
  readonly onOversize: () => void;
}

const PUBLISH = 3;

export class FrameSorter {
  /** Read from the socket but not sorted yet; at most one read. */
  rest: Buffer | undefined;
  /** The beginning of a frame that is for the lane, or whose fixed header is incomplete. */
  #cut: CutFrame | undefined;
  /** Bytes of the parser's current packet that are still to come. */
  #passing = 0;
  #swallowing: Swallowing | undefined;
  readonly #options: SortOptions;

  constructor(options: SortOptions) {
    this.#options = options;
  }

  /** Inside a publish that is larger than allowed. */
  get isSwallowing(): boolean {
    return this.#swallowing !== undefined;
  }

  /** Incomplete input: bytes still to come of a frame that was passed on, and bytes that wait. */
  position(): { readonly skip: number; readonly bytes: readonly Buffer[] } {
    return {
      skip: this.#passing + (this.#swallowing?.left ?? 0),
      bytes: [this.#cut?.bytes, this.rest].filter((each) => each !== undefined),
    };
  }

  /** The bytes for the parser, up to the first frame that is not for it; the following ones stay in `rest`. Throws for a forbidden frame. */
  sort(chunk: Buffer): Buffer | undefined {
    this.rest = undefined;
    if (this.#cut !== undefined) return this.#sortCut(this.#cut, chunk);
    if (this.#swallowing !== undefined) return this.#swallowMore(this.#swallowing, chunk);
    const { lane, isHeld, onPackets } = this.#options;
    let at = Math.min(this.#passing, chunk.length);
    this.#passing -= at;
    let hasPacket = at > 0 && this.#passing === 0;
    /** Everything between `from` and `at` is for the parser. */
    let from = 0;
    while (at < chunk.length) {
      const size = frameSize(chunk, at);
      if (size === 0) {
        this.#cut = new CutFrame(chunk.subarray(at));
        break;
      }
      if (!this.#isAllowed(size)) {
        if (at === from) return this.#beginOversize(chunk.subarray(at), size);
        this.rest = chunk.subarray(at);
        break;
      }
      const end = at + size;
      if (lane.mayTake(chunk, at)) {
        const isFirst = at === from;
        if (isFirst && end > chunk.length) {
          this.#cut = new CutFrame(chunk.subarray(at));
          break;
        }
        // Earlier bytes go to the parser first.
        if (!isFirst || isHeld()) {
          this.rest = chunk.subarray(at);
          break;
        }
        if (lane.take(chunk, at, end)) {
          hasPacket = true;
          at = end;
          from = end;
          continue;
        }
      }
      if (end > chunk.length) this.#passing = end - chunk.length;
      else hasPacket = true;
      at = Math.min(end, chunk.length);
    }
    if (hasPacket) onPackets();
    return at > from ? chunk.subarray(from, at) : undefined;
  }

  #isAllowed(size: number): boolean {
    const { isKnown, maxPacketBytes, maxConnectBytes } = this.#options;
    return size <= (isKnown() ? maxPacketBytes : maxConnectBytes);
  }

  #sortCut(frame: CutFrame, chunk: Buffer): Buffer | undefined {
    const bytes = frame.add(chunk);
    const size = frameSize(bytes, 0);
    if (size === 0) return undefined;
    if (this.#isAllowed(size) && bytes.length < size && this.#options.lane.mayTake(bytes, 0)) return undefined;
    this.#cut = undefined;
    return this.sort(bytes);
  }

  #beginOversize(chunk: Buffer, size: number): Buffer | undefined {
    const flags = chunk[0] ?? 0;
    const isSwallowed = this.#options.isKnown() && flags >> 4 === PUBLISH && size <= ABSOLUTE_BYTES;
    if (!isSwallowed) throw new Error('packet too large');
    const header = fixedHeaderBytes(chunk, 0);
    return this.#swallowMore(swallow(flags, size - header), chunk.subarray(header));
  }

  #swallowMore(packet: Swallowing, chunk: Buffer): Buffer | undefined {
    const { taken, standIn } = packet.take(chunk);
    this.#swallowing = packet.isDone ? undefined : packet;
    if (packet.isDone) this.#options.onPackets();
    if (taken < chunk.length) this.rest = chunk.subarray(taken);
    if (standIn !== undefined) this.#options.onOversize();
    return standIn;
  }
}
