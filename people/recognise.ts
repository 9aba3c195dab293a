/** Whose account somebody has who was recognised by the identity provider. Only who was invited has one: by e-mail address or by a link. */
import { codeOf, DaoyuError } from '../base/errors.ts';
import { type Account, type Subject, USER } from './account.ts';
import { isSameSubject } from './accounts.ts';
import type { People } from './people.ts';
import type { Grant } from './roles.ts';

export interface Recognised {
  readonly subject: Subject;
  /** Absent unless the provider has checked that it is theirs. */
  readonly email?: string;
  readonly name?: string;
  readonly preferredUser?: string;
  /** Roles that follow from their groups; absent where roles are given here and not at the provider. */
  readonly grants?: readonly Grant[];
}

type Parts = Pick<People, 'accounts' | 'invitations'>;
const LONGEST_USER = 32;

/**
 * `invitation`: code of a link opened by this browser. An account is bound to the subject at the first sign-in; later on neither an e-mail address nor a
 * link opens it to another subject. Rejects with `NOT_INVITED`, `ACCOUNT_BOUND`.
 */
export async function recognise(people: Parts, person: Recognised, invitation?: string): Promise<Account> {
  if (person.grants?.length === 0)
    throw new DaoyuError('NOT_INVITED', 'none of your groups at the identity provider has a role here');
  const account =
    bound(people, person) ?? (await invited(people, person, invitation)) ?? (await byEmail(people, person));
  if (account === undefined)
    throw new DaoyuError('NOT_INVITED', 'nobody has invited this person: ask an administrator for an invitation');
  return await withRoles(people, account, person.grants);
}

const bound = ({ accounts }: Parts, { subject }: Recognised) =>
  accounts.list().find((account) => isSameSubject(account.subject, subject));

async function invited(people: Parts, person: Recognised, code: string | undefined): Promise<Account | undefined> {
  const looked = code === undefined ? undefined : people.invitations.look(code);
  if (code === undefined || looked === undefined || looked.purpose.is === 'screen') return undefined;
  const isLate = looked.purpose.is === 'account' && looked.purpose.isFirst && people.accounts.list().length > 0;
  if (isLate || (await people.invitations.take(code)) === undefined) return undefined;
  const { purpose, createdBy } = looked;
  if (purpose.is === 'password') return await people.accounts.bind(purpose.user, person.subject);
  const { subject, name, preferredUser } = person;
  const user = freeUser(people, person);
  const shown = name ?? preferredUser ?? user;
  return await people.accounts.add({ user, name: shown, grants: purpose.grants, subject }, createdBy);
}

async function byEmail({ accounts }: Parts, { email, subject }: Recognised): Promise<Account | undefined> {
  if (email === undefined) return undefined;
  const meant = accounts.list().filter((account) => account.email === email.toLowerCase());
  const [only] = meant;
  // Two accounts with one address: which of them is meant, a link has to say.
  if (only === undefined || meant.length > 1 || only.subject !== undefined) return undefined;
  return await accounts.bind(only.user, subject);
}

/** Groups at the provider decide anew at each sign-in; the last administrator stays one. */
async function withRoles({ accounts }: Parts, account: Account, grants?: readonly Grant[]): Promise<Account> {
  if (grants === undefined) return account;
  try {
    return await accounts.change(account.user, { grants });
  } catch (error) {
    if (codeOf(error) === 'LAST_ADMIN') return account;
    throw error;
  }
}

/** A user name like the one at the provider, with a number behind it where it is taken. */
function freeUser({ accounts }: Parts, { preferredUser, email, name }: Recognised): string {
  const wished = (preferredUser ?? email ?? name ?? '').split('@')[0] ?? '';
  const tidy = wished
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, LONGEST_USER - 4);
  const base = USER.test(tidy) ? tidy : 'person';
  for (let number = 1; ; number += 1) {
    const user = number === 1 ? base : `${base}-${number}`;
    if (accounts.get(user) === undefined) return user;
  }
}
