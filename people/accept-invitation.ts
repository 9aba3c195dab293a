/** Accepts an invitation: creates an account with a password, sets a new password, or signs a wall screen in. */
import { DaoyuError } from '../base/errors.ts';
import { type Account, checkName, checkUser } from './account.ts';
import type { Invitation } from './invitations.ts';
import { checkPassword } from './password.ts';
import type { People } from './people.ts';
import type { SessionOwner } from './sessions.ts';

export interface Joining {
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly password?: string | undefined;
}

export const invitationInvalid = () =>
  new DaoyuError(
    'INVITATION_INVALID',
    'this invitation has been used, was revoked or has expired: ask the person who sent it for a new one',
  );

/**
 * Input is checked before the link is used up. Rejects with `INVITATION_INVALID`, `ACCOUNT_INVALID`, `ACCOUNT_EXISTS`,
 * `PASSWORD_WEAK`.
 */
export async function acceptInvitation(
  people: People,
  code: string,
  joining: Joining,
): Promise<{ readonly owner: SessionOwner; readonly account?: Account; readonly invitation: Invitation }> {
  const looked = people.invitations.look(code);
  if (looked === undefined) throw invitationInvalid();
  check(people, looked, joining);
  const invitation = await people.invitations.take(code);
  if (invitation === undefined) throw invitationInvalid();
  const { purpose } = invitation;
  if (purpose.is === 'screen') {
    const screen = people.screens.get(purpose.screen);
    if (screen === undefined) throw invitationInvalid();
    return { owner: { kind: 'screen', screen: screen.id, epoch: screen.epoch }, invitation };
  }
  const account =
    purpose.is === 'password'
      ? await people.accounts.setPassword(purpose.user, joining.password ?? '')
      : await people.accounts.add(
          {
            user: joining.user ?? '',
            name: joining.name ?? '',
            grants: purpose.grants,
            password: joining.password ?? '',
          },
          invitation.createdBy,
        );
  return { owner: { kind: 'person', user: account.user, epoch: account.epoch }, account, invitation };
}

function check(people: People, { purpose }: Invitation, { user = '', name = '', password = '' }: Joining): void {
  if (purpose.is === 'screen') return;
  if (purpose.is === 'password') {
    const account = people.accounts.get(purpose.user);
    if (account === undefined) throw invitationInvalid();
    checkPassword(password, [account.user, account.name]);
    return;
  }
  // Another request was faster: there is only one first account.
  if (purpose.isFirst && people.accounts.list().length > 0) throw invitationInvalid();
  checkUser(user);
  checkPassword(password, [user, checkName(name)]);
  if (people.accounts.get(user) !== undefined)
    throw new DaoyuError('ACCOUNT_EXISTS', `the user name ${user} is taken: choose another`);
}
