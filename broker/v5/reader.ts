/** Reads the data types of MQTT 5 from one packet [MQTT5 1.5]. Anything malformed ends the connection. */
import { isUtf8 } from 'node:buffer';
import { ProtocolError, REASON } from './reasons.ts';

export class PacketReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#end;
  }

  byte(): number {
    return this.#bytes[this.#move(1)] ?? 0;
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#move(2));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#move(4));
  }

  /** Variable byte integer, of the fewest bytes possible [MQTT5-1.5.5-1]. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 128 ** 3; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte >= 0x80) continue;
      if (byte === 0 && scale > 1) break;
      return value;
    }
    throw malformed('variable byte integer');
  }

  binary(): Buffer {
    const length = this.u16();
    const start = this.#move(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Well-formed UTF-8 without U+0000 [MQTT5-1.5.4-1, MQTT5-1.5.4-2]. */
  text(): string {
    const bytes = this.binary();
    if (!isUtf8(bytes) || bytes.includes(0)) throw malformed('text');
    return bytes.toString('utf8');
  }

  /** The next bytes as a packet of their own. */
  part(length: number): PacketReader {
    const start = this.#move(length);
    return new PacketReader(this.#bytes, start, start + length);
  }

  rest(): Buffer {
    const start = this.#at;
    this.#at = this.#end;
    return this.#bytes.subarray(start, this.#end);
  }

  #move(length: number): number {
    const at = this.#at;
    if (at + length > this.#end) throw malformed('length');
    this.#at = at + length;
    return at;
  }
}

export function malformed(what: string): ProtocolError {
  return new ProtocolError(REASON.malformedPacket, `malformed packet: ${what}`);
}
