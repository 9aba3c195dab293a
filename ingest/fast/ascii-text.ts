/**
 * A text that is put together from many small pieces, all ASCII, in bytes that are used again. Joined as strings, the pieces would be garbage several
 * times the size of the text. Whoever adds must have made room.
 */
export class AsciiText {
  #bytes = Buffer.allocUnsafeSlow(96 * 1024);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** So many bytes more will fit. */
  reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (this.length + more));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }

  add(text: string): void {
    const bytes = this.#bytes;
    let at = this.length;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  addBytes(source: Uint8Array, from: number, to: number): void {
    const bytes = this.#bytes;
    let at = this.length;
    for (let index = from; index < to; index++) bytes[at++] = source[index] ?? 0;
    this.length = at;
  }

  toString(): string {
    return this.#bytes.toString('latin1', 0, this.length);
  }
}
