/** Frames of HJ 212-2017: `##`, four digits of length, the segment, four hex digits of CRC, CRLF. */

/** HJ 212 appendix A: the high byte of the register is put into the low one before each byte, unlike Modbus. */
export function hj212Crc(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc = (crc >> 8) ^ byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

export const hj212CrcText = (bytes: Uint8Array): string => hj212Crc(bytes).toString(16).toUpperCase().padStart(4, '0');

/** `QN=…;ST=91;…` as a frame. ASCII. */
export function hj212Frame(segment: string): string {
  return `##${String(segment.length).padStart(4, '0')}${segment}${hj212CrcText(Buffer.from(segment, 'latin1'))}\r\n`;
}

/** What stands before the contents: QN, ST, CN, PW, MN, Flag. */
export function hj212Head(segment: string): ReadonlyMap<string, string> {
  const end = segment.indexOf('CP=&&');
  const pairs = (end < 0 ? segment : segment.slice(0, end)).split(';').map((text) => text.split('='));
  return new Map(pairs.map(([key = '', value = '']) => [key.trim(), value.trim()]));
}
