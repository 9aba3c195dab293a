/** Secrets known to their holder only: long random texts, of which we keep a digest. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 192 random bits: cannot be found by trying, so that a plain digest is enough. */
export const newSecret = (): string => randomBytes(24).toString('base64url');

/** A record id that reveals nothing: 64 random bits. */
export const newId = (): string => randomBytes(8).toString('hex');

export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Constant time, whatever the lengths. */
export function isSameText(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(one), 'hex'), Buffer.from(digestOf(other), 'hex'));
}
