/** MQTT frames in a byte stream: size of the next one, and the bytes of one that arrives in pieces. */

/** Largest fixed header: the type and up to four bytes of remaining length [MQTT 2.2.3]. */
const LONGEST_FIXED_HEADER = 5;
const FIRST_ROOM_BYTES = 256;

/** Size of the frame that begins at `at`; 0 while its fixed header is incomplete. Throws if the header is malformed. */
export function frameSize(bytes: Uint8Array, at: number): number {
  let length = 0;
  let scale = 1;
  for (let index = 1; index < LONGEST_FIXED_HEADER; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return 0;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return 1 + index + length;
    scale *= 128;
  }
  throw new Error('malformed remaining length');
}

/** Size of the fixed header of the frame at `at`, which must be complete. */
export function fixedHeaderBytes(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while ((bytes[end] ?? 0) >= 0x80) end++;
  return end + 1 - at;
}

/**
 * An incomplete frame. Its buffer grows with the received bytes and not with the announced size, so a slow client uses no more memory
 * than it sent.
 */
export class CutFrame {
  #room: Buffer;
  #length: number;

  constructor(start: Buffer) {
    this.#room = Buffer.allocUnsafeSlow(Math.max(FIRST_ROOM_BYTES, start.length));
    this.#length = start.copy(this.#room);
  }

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }

  /** All bytes so far, including these. */
  add(more: Buffer): Buffer {
    const length = this.#length + more.length;
    if (length > this.#room.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#room.length));
      this.#room.copy(larger, 0, 0, this.#length);
      this.#room = larger;
    }
    more.copy(this.#room, this.#length);
    this.#length = length;
    return this.bytes;
  }
}
