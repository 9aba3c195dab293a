/** Texts in encodings that Node writes not: what loggers and Chinese Excel save. */

let codes: ReadonlyMap<string, readonly [number, number]> | undefined;

function table(): ReadonlyMap<string, readonly [number, number]> {
  const decoder = new TextDecoder('gbk');
  const map = new Map<string, readonly [number, number]>();
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++)
      if (trail !== 0x7f) map.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
  return map;
}

export function gbk(text: string): Uint8Array {
  codes ??= table();
  const known = codes;
  return Uint8Array.from(
    [...text].flatMap((one) => (one < '\u0080' ? [one.charCodeAt(0)] : (known.get(one) ?? [0x3f]))),
  );
}

export function utf16(text: string, { isBig = false, bom = true } = {}): Uint8Array {
  const bytes = Buffer.from(`${bom ? '\ufeff' : ''}${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
}
