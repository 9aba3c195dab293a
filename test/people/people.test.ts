import { describe, expect, it } from 'vitest';
import { acceptInvitation } from '../../people/accept-invitation.ts';
import { hashPassword, isOutdated, verifyPassword } from '../../people/password.ts';
import type { People } from '../../people/people.ts';
import { allows, mayGrant, parksWith } from '../../people/roles.ts';
import { GOOD_PASSWORD, installation, QUICK } from './open-people.ts';

const ADMIN = [{ role: 'admin', park: '*' }] as const;
const browser = { address: '10.0.0.7', agent: 'a browser' };
const wang = {
  user: 'wang',
  name: '王建国',
  grants: [{ role: 'operator', park: 'tianyu' }],
  password: GOOD_PASSWORD,
} as const;

async function signIn(people: People, user: string): Promise<string> {
  const account = people.accounts.get(user);
  const owner = { kind: 'person', user, epoch: account?.epoch ?? 0 } as const;
  return (await people.sessions.begin(owner, browser)).secret;
}

describe('roles', () => {
  it('hold in the parks they are given for, and only a role for all parks reaches what belongs to none', () => {
    const grants = [
      { role: 'operator', park: 'a' },
      { role: 'viewer', park: 'b' },
    ] as const;
    expect(allows(grants, 'operate', 'a')).toBe(true);
    expect(allows(grants, 'operate', 'b')).toBe(false);
    expect(allows(grants, 'operate')).toBe(false);
    expect(allows(ADMIN, 'operate', 'whatever')).toBe(true);
    expect(parksWith(grants, 'read')).toEqual(['a', 'b']);
    expect(parksWith([...grants, { role: 'viewer', park: '*' }], 'read')).toEqual(['*']);
  });

  it('are given by whoever administers those parks alone', () => {
    const ofA = [{ role: 'admin', park: 'a' }] as const;
    expect(mayGrant(ofA, [{ role: 'admin', park: 'a' }])).toBe(true);
    expect(mayGrant(ofA, [{ role: 'viewer', park: 'b' }])).toBe(false);
    expect(mayGrant(ofA, [{ role: 'viewer', park: '*' }])).toBe(false);
    expect(mayGrant([{ role: 'operator', park: '*' }], [{ role: 'viewer', park: 'a' }])).toBe(false);
  });
});

describe('a password', () => {
  it('is kept with what it cost, and made anew when that is too little today', async () => {
    const hash = await hashPassword(GOOD_PASSWORD, QUICK);
    expect(hash).toMatch(/^scrypt\$2\$1\$1\$/);
    expect(hash).not.toContain(GOOD_PASSWORD);
    expect(await verifyPassword(GOOD_PASSWORD, hash)).toBe(true);
    expect(await verifyPassword(`${GOOD_PASSWORD}x`, hash)).toBe(false);
    expect(isOutdated(hash, { N: 4, r: 1, p: 1 })).toBe(true);
    expect(isOutdated(hash, QUICK)).toBe(false);
  });

  it('that people guess is refused with what would be right', async () => {
    const { accounts } = await installation().start();
    for (const password of ['short', 'wang-is-my-own-name', 'aaaaaaaaaaaaaaaa', '123456789012', 'x'.repeat(129)])
      await expect(accounts.add({ ...wang, password }, 'test')).rejects.toMatchObject({ code: 'PASSWORD_WEAK' });
    expect(accounts.list()).toEqual([]);
  });
});

describe('a session', () => {
  it('is known at every process and after a restart, and its secret is kept nowhere', async () => {
    const place = installation();
    const [one, other] = [await place.start(), await place.start()];
    await one.accounts.add(wang, 'test');
    const secret = await signIn(one, 'wang');
    expect(other.bySession(secret)).toMatchObject({ kind: 'person', id: 'wang', name: '王建国' });
    expect((await place.start()).bySession(secret)).toMatchObject({ id: 'wang' });
    const kept: string[] = [];
    for await (const item of place.kv.list('')) kept.push(JSON.stringify(item));
    expect(kept.join()).toContain('wang');
    expect(kept.join()).not.toContain(secret);
    expect(kept.join()).not.toContain(GOOD_PASSWORD);
  });

  it.each([
    [
      'a role is taken away',
      (people: People) => people.accounts.change('wang', { grants: [{ role: 'viewer', park: 'tianyu' }] }),
    ],
    ['the password is changed', (people: People) => people.accounts.setPassword('wang', `${GOOD_PASSWORD}-2`)],
    ['the account is removed', (people: People) => people.accounts.remove('wang')],
    ['everywhere is signed out', (people: People) => people.accounts.signOutEverywhere('wang')],
  ])('is over on every process when %s', async (_, act) => {
    const place = installation();
    const [one, other] = [await place.start(), await place.start()];
    await one.accounts.add(wang, 'test');
    const secret = await signIn(one, 'wang');
    let told = 0;
    other.watch(() => told++);
    await act(one);
    expect(other.bySession(secret)).toBeUndefined();
    expect(one.bySession(secret)).toBeUndefined();
    expect(told).toBeGreaterThan(0);
  });

  it('of a removed account is none of a later one of the same name', async () => {
    const place = installation();
    const people = await place.start();
    await people.accounts.add(wang, 'test');
    const secret = await signIn(people, 'wang');
    await people.accounts.remove('wang');
    place.time.now += 1;
    await people.accounts.add(wang, 'test');
    expect(people.bySession(secret)).toBeUndefined();
  });

  it('ends after thirty days; a screen that is used goes on, also beyond a year', async () => {
    const place = installation();
    const people = await place.start();
    await people.accounts.add(wang, 'test');
    const screen = await people.screens.make({ name: '值班室' }, 'test');
    const ofPerson = await signIn(people, 'wang');
    const ofScreen = (await people.sessions.begin({ kind: 'screen', screen: screen.id, epoch: screen.epoch }, browser))
      .secret;
    for (let day = 0; day < 400; day++) {
      place.time.now += 86_400_000;
      expect(people.bySession(ofScreen)).toMatchObject({ kind: 'screen', grants: [{ role: 'viewer', park: '*' }] });
      // What is noted is on its way to the state.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(people.bySession(ofPerson)).toBeUndefined();
    await people.screens.signOut(screen.id);
    expect(people.bySession(ofScreen)).toBeUndefined();
  });
});

describe('a token of a program', () => {
  it('is shown once, ends, and is nobody when it is revoked', async () => {
    const place = installation();
    const [one, other] = [await place.start(), await place.start()];
    const grants = [{ role: 'viewer', park: 'tianyu' }] as const;
    const { token, text } = await one.tokens.make(
      { name: 'grafana', grants, expiresAt: place.time.now + 1000 },
      'test',
    );
    expect(other.byToken(text)).toMatchObject({ kind: 'program', name: 'grafana', grants });
    expect(other.byToken(`${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined();
    expect(JSON.stringify(one.tokens.list())).not.toContain(text);
    place.time.now += 1000;
    expect(other.byToken(text)).toBeUndefined();
    place.time.now -= 1000;
    await one.tokens.revoke(token.id);
    expect(other.byToken(text)).toBeUndefined();
  });

  it('of the installation is good until it is revoked, and so is what it began; another one is good again', async () => {
    const place = installation();
    const people = await place.start('first-token');
    const owner = {
      kind: 'link',
      operatorUntil: place.time.now + 3_600_000,
      tokenDigest: people.installation.digest,
    } as const;
    const { secret } = await people.sessions.begin(owner, browser);
    expect(people.byToken('first-token')).toMatchObject({ kind: 'installation' });
    expect(people.bySession(secret)).toMatchObject({ kind: 'link', grants: [{ role: 'operator', park: '*' }] });
    await people.installation.revoke('test');
    expect(people.byToken('first-token')).toBeUndefined();
    expect(people.bySession(secret)).toBeUndefined();
    expect((await place.start('first-token')).byToken('first-token')).toBeUndefined();
    expect((await place.start('second-token')).byToken('second-token')).toMatchObject({ kind: 'installation' });
  });
});

describe('an invitation', () => {
  const purpose = { is: 'account', grants: [{ role: 'operator', park: 'tianyu' }] } as const;
  const joining = { user: 'li', name: '李', password: GOOD_PASSWORD };

  it('is good once: of many who come with it at the same time, at two processes, one gets in', async () => {
    const place = installation();
    const [one, other] = [await place.start(), await place.start()];
    const { code } = await one.invitations.make(purpose, { id: 'boss', name: 'boss' });
    const tries = Array.from({ length: 8 }, (_, index) =>
      acceptInvitation(index % 2 ? one : other, code, { ...joining, user: `li-${index}` }),
    );
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(one.accounts.list()).toHaveLength(1);
    await expect(acceptInvitation(one, code, joining)).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
  });

  it('is not used up by a weak password nor by a name that is taken, and ends after three days', async () => {
    const place = installation();
    const people = await place.start();
    await people.accounts.add(wang, 'test');
    const { code } = await people.invitations.make(purpose, { id: 'boss', name: 'boss' });
    await expect(acceptInvitation(people, code, { ...joining, password: 'x' })).rejects.toMatchObject({
      code: 'PASSWORD_WEAK',
    });
    await expect(acceptInvitation(people, code, { ...joining, user: 'wang' })).rejects.toMatchObject({
      code: 'ACCOUNT_EXISTS',
    });
    place.time.now += 3 * 86_400_000;
    await expect(acceptInvitation(people, code, joining)).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
    place.time.now -= 1;
    const { account } = await acceptInvitation(people, code, joining);
    expect(account).toMatchObject({ user: 'li', grants: purpose.grants });
  });

  it('to be the first administrator is void when there is one', async () => {
    const people = await installation().start();
    const first = { is: 'account', grants: ADMIN, isFirst: true } as const;
    const [one, other] = [
      await people.invitations.make(first, { id: '', name: 'link' }),
      await people.invitations.make(first, { id: '', name: 'link' }),
    ];
    await acceptInvitation(people, one.code, joining);
    await expect(acceptInvitation(people, other.code, { ...joining, user: 'mallory' })).rejects.toMatchObject({
      code: 'INVITATION_INVALID',
    });
  });
});

describe('the last administrator', () => {
  it('cannot go, once the token of the installation is revoked', async () => {
    const people = await installation().start();
    await people.accounts.add({ ...wang, user: 'boss', grants: ADMIN }, 'test');
    await people.accounts.add({ ...wang, user: 'second', grants: ADMIN }, 'test');
    await people.installation.revoke('boss');
    await people.accounts.remove('second');
    await expect(people.accounts.remove('boss')).rejects.toMatchObject({ code: 'LAST_ADMIN' });
    await expect(people.accounts.change('boss', { grants: [{ role: 'admin', park: 'a' }] })).rejects.toMatchObject({
      code: 'LAST_ADMIN',
    });
    expect(people.accounts.get('boss')).toMatchObject({ grants: ADMIN });
  });
});
