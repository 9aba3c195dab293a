/** Secrets that only their holder has: long random texts, of which a digest is kept. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 192 random bits: nobody finds one by trying, so a plain digest is enough to keep it by. */
export const newSecret = (): string => randomBytes(24).toString('base64url');

/** A name for a record that tells nothing: 64 random bits. */
export const newId = (): string => randomBytes(8).toString('hex');

export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Constant time, whatever the lengths. */
export function isSameText(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(one), 'hex'), Buffer.from(digestOf(other), 'hex'));
}
