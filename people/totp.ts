/** Time-based one-time codes, RFC 6238 with HMAC-SHA-1, 30 s and 6 digits: what every authenticator app understands. Pure. */
import { createHmac } from 'node:crypto';

const STEP_MS = 30_000;
const DIGITS = 6;
/** RFC 6238 §5.2: one step back and one ahead, for clocks that differ and codes that take time to type. */
const TOLERATED_STEPS = 1;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Counter of the 30 s step that holds a time. */
export const stepOf = (ms: number): number => Math.floor(ms / STEP_MS);

/** RFC 4226 §5.3. */
export function codeAt(key: Buffer, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  const value = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(value % 10 ** digits).padStart(digits, '0');
}

/** The step whose code this is, later than `after`; undefined for a wrong or an already used code. */
export function stepOfCode(secret: string, code: string, now: number, after: number): number | undefined {
  const key = fromBase32(secret);
  const current = stepOf(now);
  for (let step = current - TOLERATED_STEPS; step <= current + TOLERATED_STEPS; step += 1)
    if (step > after && codeAt(key, step) === code) return step;
  return undefined;
}

/** What an authenticator app reads from the QR code. */
export function enrolmentUri(secret: string, user: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(user)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=30`;
}

/** RFC 4648 §6, without padding. */
export function toBase32(bytes: Buffer): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

export function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
