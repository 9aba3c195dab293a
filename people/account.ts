/** An account, and the checks of its members. */
import { DaoyuError } from '../base/errors.ts';
import type { Grant } from './roles.ts';
import { tidyGrants } from './roles.ts';
import type { Enrolment, SecondFactor } from './second-factor.ts';

export interface Account {
  /** Typed to sign in, e.g. `wang.jianguo`. */
  readonly user: string;
  /** Shown to others, e.g. 王建国. */
  readonly name: string;
  readonly grants: readonly Grant[];
  /** Absent until the person has opened their link and chosen a password. */
  readonly passwordHash?: string;
  /** Asked for at sign-in beside the password. */
  readonly secondFactor?: SecondFactor;
  readonly enrolment?: Enrolment;
  /** E-mail address that an administrator wrote down: who proves it to the identity provider is this person. */
  readonly email?: string;
  /** Bound at the first sign-in through the identity provider; from then on only this subject is accepted. */
  readonly subject?: Subject;
  /**
   * Grows with every change of rights or password, which ends all earlier sessions on all processes. Starts at the current time, so that sessions of
   * a removed account are not valid for a later account of the same name.
   */
  readonly epoch: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly lastSignInAt?: number;
}

/** A person at an identity provider: `sub` is unique within its issuer (OpenID Connect Core §2). */
export interface Subject {
  readonly issuer: string;
  readonly sub: string;
}

export interface AccountChange {
  readonly name?: string;
  /** Empty: none. */
  readonly email?: string;
  readonly grants?: readonly Grant[];
}

/** Letters, digits, dots, hyphens and underscores, 2 to 32. */
export const USER = /^[a-z0-9][a-z0-9._-]{1,31}$/;
const LONGEST_NAME = 50;

export function checkUser(user: string): void {
  if (!USER.test(user))
    throw new DaoyuError(
      'ACCOUNT_INVALID',
      `the user name "${user.slice(0, 40)}" must be 2 to 32 of a-z, 0-9, dot, hyphen and underscore, beginning with a letter or digit`,
    );
}

export function checkName(name: string): string {
  const trimmed = name.normalize('NFC').trim().replace(/\s+/g, ' ');
  if (trimmed === '' || trimmed.length > LONGEST_NAME || /\p{C}/u.test(trimmed))
    throw new DaoyuError('ACCOUNT_INVALID', `the name must be 1 to ${LONGEST_NAME} printable characters`);
  return trimmed;
}

/** In small letters: providers differ in how they write it. */
export function checkEmail(email: string): string {
  const tidy = email.normalize('NFC').trim().toLowerCase();
  if (tidy.length > 254 || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(tidy))
    throw new DaoyuError('ACCOUNT_INVALID', 'the e-mail address must look like wang@example.cn');
  return tidy;
}

export function checkGrants(grants: readonly Grant[]): readonly Grant[] {
  if (grants.length === 0)
    throw new DaoyuError('ACCOUNT_INVALID', 'at least one role is needed, such as {"role": "viewer", "park": "*"}');
  return tidyGrants(grants);
}

/** The account with a change applied. Different rights or another address increase the epoch, so that the person signs in again. */
export function changedAccount({ email: known, subject, ...account }: Account, change: AccountChange): Account {
  const { name, grants } = change;
  const email = change.email === undefined ? known : change.email === '' ? undefined : checkEmail(change.email);
  const next = grants === undefined ? account.grants : checkGrants(grants);
  // Another address is another person at the identity provider.
  const isSame = JSON.stringify(next) === JSON.stringify(account.grants) && email === known;
  return {
    ...account,
    ...(name !== undefined && { name: checkName(name) }),
    ...(email !== undefined && { email }),
    ...(subject !== undefined && email === known && { subject }),
    grants: next,
    epoch: isSame ? account.epoch : account.epoch + 1,
  };
}
