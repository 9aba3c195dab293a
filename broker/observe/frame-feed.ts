/** Splits bytes into MQTT frames. Keeps only the beginning of a frame longer than `maxKept`. */
import { CutFrame, frameSize } from '../frame.ts';

export class FrameFeed {
  readonly #maxKept: number;
  readonly #onFrame: (frame: Buffer, size: number) => void;
  #cut: CutFrame | undefined;
  #skipped = 0;

  /** `size`: that of the whole frame. */
  constructor(maxKept: number, onFrame: (frame: Buffer, size: number) => void) {
    this.#maxKept = maxKept;
    this.#onFrame = onFrame;
  }

  /** Skips the next bytes, the end of a frame whose beginning was not observed. */
  skip(bytes: number): void {
    this.#skipped = bytes;
  }

  /** Throws if the bytes are not MQTT frames. */
  feed(chunk: Buffer): void {
    if (this.#cut === undefined) return this.#split(chunk);
    const bytes = this.#cut.add(chunk);
    if (!this.#isKept(bytes, frameSize(bytes, 0))) return;
    this.#cut = undefined;
    this.#split(bytes);
  }

  #split(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#skipped > 0) {
        const skipped = Math.min(this.#skipped, bytes.length - at);
        this.#skipped -= skipped;
        at += skipped;
        continue;
      }
      const size = frameSize(bytes, at);
      if (!this.#isKept(bytes.subarray(at), size)) {
        this.#cut = new CutFrame(bytes.subarray(at));
        return;
      }
      const kept = Math.min(size, this.#maxKept);
      this.#onFrame(bytes.subarray(at, at + kept), size);
      at += kept;
      this.#skipped = size - kept;
    }
  }

  #isKept(bytes: Buffer, size: number): boolean {
    return size > 0 && bytes.length >= Math.min(size, this.#maxKept);
  }
}
