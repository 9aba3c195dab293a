/** Passwords of people: what a good one is, and scrypt hashes that store their parameters, so that these can be raised later. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { DaoyuError } from '../base/errors.ts';

export interface PasswordCost {
  /** A power of two; memory is 128·N·r bytes. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP Password Storage Cheat Sheet: as strong as N=2^17 with p=1, at a quarter of its memory, 32 MiB. */
export const PASSWORD_COST: PasswordCost = { N: 2 ** 15, r: 8, p: 3 };

const KEY_BYTES = 32;
/** ASVS 2.1.1 and 2.1.2. */
const SHORTEST = 12;
const LONGEST = 128;
const LEAST_DIFFERENT = 5;
/** Entries from lists of leaked passwords that are long enough to pass the other checks. */
const LEAKED = new Set([
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456789abc',
  '1234567890ab',
  '1q2w3e4r5t6y',
  'qwertyuiop123',
  'qwertyuiop12',
  'qwerty123456',
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'administrator',
  'iloveyou1234',
  'letmein12345',
  'welcome12345',
  'abcdefghijkl',
  'abcd12345678',
  'woaini1314520',
  'woaini520520',
  'changemechangeme',
]);

/** Throws `PASSWORD_WEAK`. `words`: easily guessed for this person, such as the user name. */
export function checkPassword(password: string, words: readonly string[]): void {
  const length = [...password].length;
  if (length < SHORTEST || length > LONGEST) throw weak(`has ${length} characters`);
  const lower = password.toLowerCase();
  const guessable = [...words, 'daoyu'].find((word) => word.length > 2 && lower.includes(word.toLowerCase()));
  if (guessable !== undefined) throw weak(`holds "${guessable}"`);
  if (new Set(lower).size < LEAST_DIFFERENT) throw weak('repeats the same few characters');
  if (LEAKED.has(lower)) throw weak('is in lists of leaked passwords');
}

const weak = (why: string) =>
  new DaoyuError(
    'PASSWORD_WEAK',
    `the password ${why}: use ${SHORTEST} to ${LONGEST} characters, such as four unrelated words, without the user name`,
  );

/** `scrypt$N$r$p$salt$key`, base64url. */
export async function hashPassword(password: string, cost: PasswordCost = PASSWORD_COST): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

export async function verifyPassword(password: string, encoded: string): Promise<boolean> {
  const parsed = parse(encoded);
  if (parsed === undefined) return false;
  const given = await derive(password, parsed.salt, parsed.cost);
  return given.length === parsed.key.length && timingSafeEqual(given, parsed.key);
}

/** Whether a hash has weaker parameters than today's; it is then replaced at the next sign-in. */
export function isOutdated(encoded: string, { N, r, p }: PasswordCost = PASSWORD_COST): boolean {
  const cost = parse(encoded)?.cost;
  return cost === undefined || cost.N * cost.r * cost.p < N * r * p;
}

function parse(encoded: string) {
  const [scheme, N, r, p, salt, key] = encoded.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return undefined;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return { cost, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') };
}

function derive(password: string, salt: Buffer, { N, r, p }: PasswordCost): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * r * (N + p) + 2 ** 20 };
  return new Promise((resolve, reject) => {
    // Different Unicode encodings of the same characters are the same password.
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
