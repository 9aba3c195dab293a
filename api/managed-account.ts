/** An account that an administrator manages, and the link by which its person chooses a password. */
import type { FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { Account } from '../people/account.ts';
import { noAccount } from '../people/accounts.ts';
import type { People } from '../people/people.ts';
import { baseOf, checkMayGrant, identityOf, seesHolder } from './people-checks.ts';
import { linkOf, type OneTimeLink, type Person, User } from './people-schemas.ts';
import { Exact } from './schemas.ts';

export const ByUser = Exact({ user: User });

export function showAccount(account: Account): Person {
  const { user, name, grants, email, createdAt, createdBy, lastSignInAt } = account;
  return {
    ...{ user, name, grants, createdAt, createdBy },
    hasPassword: account.passwordHash !== undefined,
    hasSecondFactor: account.secondFactor !== undefined,
    isBound: account.subject !== undefined,
    ...(email !== undefined && { email }),
    ...(lastSignInAt !== undefined && { lastSignInAt }),
  };
}

/** The account named in the path. Throws `PERSON_UNKNOWN`, or `FORBIDDEN` unless the caller administers all its parks. */
export function managedAccount(request: FastifyRequest, { accounts }: Pick<People, 'accounts'>): Account {
  const { user } = request.params as Static<typeof ByUser>;
  const account = accounts.get(user);
  if (account === undefined || !seesHolder(identityOf(request), account.grants)) throw noAccount(user);
  checkMayGrant(request, account.grants);
  return account;
}

/** A new link for one person. Revokes older ones: they may lie in a chat. */
export async function passwordLink(
  request: FastifyRequest,
  { invitations }: Pick<People, 'invitations'>,
  user: string,
): Promise<OneTimeLink> {
  await invitations.revokeWhere(({ purpose }) => purpose.is === 'password' && purpose.user === user);
  const { code, invitation } = await invitations.make({ is: 'password', user }, identityOf(request));
  return linkOf(baseOf(request), `/join?code=${code}`, invitation.expiresAt);
}
