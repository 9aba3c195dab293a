/** The second factor of an account: enrolment of an authenticator app, its codes, and recovery codes for a lost phone. Each code works once. */
import { randomBytes } from 'node:crypto';
import { digestOf } from './secret.ts';
import { stepOfCode, toBase32 } from './totp.ts';

export interface SecondFactor {
  /** Base32. Must be readable to check codes, unlike a password; see docs/security.md. */
  readonly secret: string;
  readonly since: number;
  /** Step of the newest code taken: it and earlier ones are used up. */
  readonly usedStep: number;
  /** Digests of the recovery codes that are left. */
  readonly recovery: readonly string[];
}

/** A secret that the app has scanned, but from which no code has been typed yet. */
export interface Enrolment {
  readonly secret: string;
  readonly until: number;
}

/** RFC 4226 §4 R6 recommends 160 bits. */
const SECRET_BYTES = 20;
const ENROLMENT_MS = 15 * 60_000;
const RECOVERY_CODES = 10;
/** 50 bits each: beyond guessing at the rate that is let through. */
const RECOVERY_LETTERS = 10;

export const beginEnrolment = (now: number): Enrolment => ({
  secret: toBase32(randomBytes(SECRET_BYTES)),
  until: now + ENROLMENT_MS,
});

/** Undefined unless the code proves that the app holds the secret. The recovery codes are shown once. */
export function finishEnrolment(
  { secret, until }: Enrolment,
  code: string,
  now: number,
): { readonly factor: SecondFactor; readonly recoveryCodes: readonly string[] } | undefined {
  const step = now < until ? stepOfCode(secret, digitsOf(code), now, 0) : undefined;
  if (step === undefined) return undefined;
  const recoveryCodes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  const recovery = recoveryCodes.map((each) => digestOf(lettersOf(each)));
  return { factor: { secret, since: now, usedStep: step, recovery }, recoveryCodes };
}

/** The factor with this code used up; undefined for a wrong or used one. */
export function takeCode(factor: SecondFactor, code: string, now: number): SecondFactor | undefined {
  const step = stepOfCode(factor.secret, digitsOf(code), now, factor.usedStep);
  if (step !== undefined) return { ...factor, usedStep: step };
  const digest = digestOf(lettersOf(code));
  if (!factor.recovery.includes(digest)) return undefined;
  return { ...factor, recovery: factor.recovery.filter((each) => each !== digest) };
}

/** `abcde-fghij`, of letters and digits that are not mistaken for each other. */
function newRecoveryCode(): string {
  const letters = toBase32(randomBytes(7)).slice(0, RECOVERY_LETTERS).toLowerCase();
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

/** Apps show `123 456`. */
const digitsOf = (typed: string): string => typed.replace(/\s/g, '');
const lettersOf = (typed: string): string => typed.toLowerCase().replace(/[^a-z2-7]/g, '');
