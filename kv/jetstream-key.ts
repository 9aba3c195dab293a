/** Keys of ours as keys of a JetStream bucket, which know letters, digits and few signs; one token each, so that none is a pattern. */

const PLAIN = /^[A-Za-z0-9_/-]$/;

/** Every other byte of the UTF-8 text becomes `=` and two hexadecimal digits. */
export function formatKvKey(key: string): string {
  let text = '';
  for (const byte of Buffer.from(key)) {
    const character = String.fromCharCode(byte);
    text += PLAIN.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
  }
  return text;
}

export function parseKvKey(text: string): string {
  const bytes = text.replace(/=([0-9a-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}
