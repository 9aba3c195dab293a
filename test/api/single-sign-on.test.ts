import { describe, expect, it } from 'vitest';
import { createSingleSignOn, type SingleSignOnOptions } from '../../api/single-sign-on.ts';
import { codeAt, fromBase32, stepOf } from '../../people/totp.ts';
import { type Lies, openIdentityProvider, type Person } from '../people/identity-provider.ts';
import { GOOD_PASSWORD } from '../people/open-people.ts';
import { bearer, NOW, quiet, type RunningApi, runApi } from './running-api.ts';

const OPERATOR = [{ role: 'operator', park: '*' }] as const;
const WANG: Person = { sub: '7', email: 'Wang@Farm.example', email_verified: true, name: '王建国' };
type Answer = Awaited<ReturnType<RunningApi['send']>>;
const cookieIn = ({ headers }: Answer, name: string) =>
  [headers['set-cookie'] ?? []]
    .flat()
    .map(String)
    .find((each) => each.startsWith(`${name}=`))
    ?.split(';')[0] ?? '';

async function runWithProvider(change: Partial<SingleSignOnOptions> = {}) {
  const { state, ...provider } = await openIdentityProvider();
  const singleSignOn = createSingleSignOn({ ...provider, label: '县农信', roles: undefined, log: quiet, ...change });
  const api = await runApi({ singleSignOn });
  const { accounts } = api.options.people;

  /** As a browser: to the provider, and back with the cookie. */
  async function leave(invitation?: string) {
    const query = invitation === undefined ? '' : `?invitation=${invitation}`;
    const begun = await api.get(`/sign-in/oidc${query}`, {});
    const there = await fetch(String(begun.headers.location), { redirect: 'manual' });
    const back = new URL(there.headers.get('location') ?? 'http://nowhere');
    return { begun, back: `${back.pathname}${back.search}`, cookie: cookieIn(begun, 'daoyu_oidc') };
  }
  async function signIn(person: Person, { invitation, lies = {} }: { invitation?: string; lies?: Lies } = {}) {
    Object.assign(state, { person, lies });
    const { back, cookie } = await leave(invitation);
    return await api.get(back, { cookie });
  }
  const me = async (answer: Answer) =>
    (await api.get('/api/v1/me', { cookie: cookieIn(answer, 'daoyu_session') })).json<{ id: string; name: string }>();
  const invite = async (path: string, payload: object) => {
    const made = await api.send({ method: 'POST', url: `/api/v1/${path}`, headers: bearer, payload });
    return /code=(.+)$/.exec(made.json<{ link: string }>().link)?.[1] ?? '';
  };
  return { ...api, state, accounts, leave, signIn, me, invite };
}

describe('sign-in through an identity provider', () => {
  it('is offered on the sign-in page and on an invitation, and not where none is configured', async () => {
    const { get, invite } = await runWithProvider();
    expect((await get('/sign-in', {})).body).toContain('href="/sign-in/oidc">用 县农信 登录');
    const code = await invite('invitations', { grants: OPERATOR });
    expect((await get(`/join?code=${code}`, {})).body).toContain(`/sign-in/oidc?invitation=${code}`);
    const plain = await runApi();
    expect((await plain.get('/sign-in', {})).body).not.toContain('oidc');
    expect((await plain.get('/sign-in/oidc')).statusCode).toBe(404);
  });

  it('asks with PKCE, state and nonce, and keeps what ties them together in a cookie for ten minutes', async () => {
    const { leave } = await runWithProvider();
    const { begun } = await leave();
    const asked = new URL(String(begun.headers.location)).searchParams;
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)?.length).toBeGreaterThan(30);
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('redirect_uri')).toMatch(/\/sign-in\/oidc\/callback$/);
    expect(String(begun.headers['set-cookie'])).toMatch(/Max-Age=600; Path=\/sign-in\/oidc; HttpOnly; SameSite=Lax/);
  });

  it('lets nobody in who was not invited', async () => {
    const { signIn, accounts } = await runWithProvider();
    await accounts.add({ user: 'li', name: '李', grants: OPERATOR, email: 'li@farm.example' }, 'test');
    const answer = await signIn(WANG);
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('请管理员邀请');
    expect(cookieIn(answer, 'daoyu_session')).toBe('');
    expect(accounts.list()).toHaveLength(1);
  });

  it('knows an invited person by a verified e-mail address, and from then on by the subject alone', async () => {
    const { signIn, accounts, me } = await runWithProvider();
    await accounts.add({ user: 'wang', name: '王', grants: OPERATOR, email: ' wang@FARM.example' }, 'test');
    expect((await signIn({ ...WANG, email_verified: false })).statusCode).toBe(403);
    const first = await signIn(WANG);
    expect(first.statusCode).toBe(303);
    expect(await me(first)).toMatchObject({ kind: 'person', id: 'wang' });
    // The address has moved on to somebody else.
    expect((await signIn({ ...WANG, sub: '8' })).statusCode).toBe(403);
    expect(await me(await signIn({ sub: '7' }))).toMatchObject({ id: 'wang' });
    await accounts.change('wang', { email: 'new.wang@farm.example' });
    expect((await signIn(WANG)).statusCode).toBe(403);
  });

  it('binds the account of an invitation or of a password link, once', async () => {
    const { signIn, accounts, me, invite } = await runWithProvider();
    const invitation = await invite('invitations', { grants: OPERATOR });
    const person = { sub: '7', preferred_username: 'Wang Jianguo@farm', name: '王建国' };
    expect(await me(await signIn(person, { invitation }))).toMatchObject({
      ...{ id: 'wang-jianguo', name: '王建国', grants: OPERATOR },
    });
    expect((await signIn({ sub: '8' }, { invitation })).statusCode).toBe(403);
    const link = await invite('users', { user: 'li', name: '李', grants: OPERATOR });
    expect(await me(await signIn({ sub: '9' }, { invitation: link }))).toMatchObject({ id: 'li' });
    const again = await invite('users/li/link', {});
    const stolen = await signIn({ sub: '10' }, { invitation: again });
    expect(stolen.statusCode).toBe(409);
    expect(accounts.get('li')?.subject?.sub).toBe('9');
  });

  it.each<[string, Lies]>([
    ['for another program', { claims: { aud: 'another' } }],
    ['of another provider', { claims: { iss: 'https://evil.example' } }],
    ['with another nonce', { claims: { nonce: 'replayed' } }],
    ['that has expired', { claims: { exp: 1_700_000_000 } }],
    ['signed by somebody else', { isForged: true }],
    ['without a signature', { isUnsigned: true }],
  ])('refuses a token %s', async (_, lies) => {
    const { signIn, accounts } = await runWithProvider();
    await accounts.add({ user: 'wang', name: '王', grants: OPERATOR, email: 'wang@farm.example' }, 'test');
    const answer = await signIn(WANG, { lies });
    expect(answer.statusCode).toBe(403);
    expect(cookieIn(answer, 'daoyu_session')).toBe('');
    expect((await signIn(WANG)).statusCode).toBe(303);
  });

  it('refuses to return to a browser that did not leave from here, or with the state of another', async () => {
    const { state, leave, get, accounts } = await runWithProvider();
    await accounts.add({ user: 'wang', name: '王', grants: OPERATOR, email: 'wang@farm.example' }, 'test');
    state.person = WANG;
    const [mine, other] = [await leave(), await leave()];
    expect((await get(mine.back, {})).statusCode).toBe(403);
    expect((await get(mine.back, { cookie: 'daoyu_oidc=bm9uc2Vuc2U' })).statusCode).toBe(403);
    expect((await get(mine.back, { cookie: other.cookie })).statusCode).toBe(403);
    expect((await get('/sign-in/oidc/callback?error=access_denied&state=x', { cookie: mine.cookie })).statusCode).toBe(
      403,
    );
    expect((await get(other.back, { cookie: other.cookie })).statusCode).toBe(303);
    expect((await get(other.back, { cookie: other.cookie })).statusCode).toBe(403);
  });

  it('says that the provider is away, and goes on when it is back', async () => {
    const { state, get, signIn, accounts } = await runWithProvider();
    await accounts.add({ user: 'wang', name: '王', grants: OPERATOR, email: 'wang@farm.example' }, 'test');
    state.isAway = true;
    const answer = await get('/sign-in/oidc', {});
    expect(answer.statusCode).toBe(503);
    expect(answer.body).toContain('暂时不可用');
    state.isAway = false;
    expect((await signIn(WANG)).statusCode).toBe(303);
  });

  it('takes roles from groups where that is configured, also from userinfo; without a group nobody gets in', async () => {
    const byGroup = new Map([
      ['watch', [{ role: 'operator', park: 'tianyu' }]],
      ['bosses', [{ role: 'admin', park: '*' }]],
    ] as const);
    const { state, signIn, accounts, me } = await runWithProvider({ roles: { claim: 'groups', byGroup } });
    await accounts.add({ user: 'wang', name: '王', grants: OPERATOR, email: 'wang@farm.example' }, 'test');
    expect((await signIn({ ...WANG, groups: ['cooks'] })).statusCode).toBe(403);
    expect(await me(await signIn({ ...WANG, groups: ['watch', 'cooks'] }))).toMatchObject({
      grants: [{ role: 'operator', park: 'tianyu' }],
    });
    state.inUserInfo = { groups: ['bosses'] };
    expect(await me(await signIn(WANG))).toMatchObject({ grants: [{ role: 'admin', park: '*' }] });
  });

  it('asks for the code of an account that has a second factor', async () => {
    const { signIn, accounts, send } = await runWithProvider();
    await accounts.add(
      { user: 'wang', name: '王', grants: OPERATOR, email: 'wang@farm.example', password: GOOD_PASSWORD },
      'test',
    );
    const { secret } = await accounts.beginSecondFactor('wang');
    const codeIn = (steps: number) => codeAt(fromBase32(secret), stepOf(NOW) + steps);
    await accounts.finishSecondFactor('wang', codeIn(0));
    const half = await signIn(WANG);
    expect(cookieIn(half, 'daoyu_session')).toBe('');
    const ticket = /name="ticket" value="([^"]+)"/.exec(half.body)?.[1] ?? '';
    const whole = await send({
      ...{ method: 'POST', url: '/sign-in', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      payload: new URLSearchParams({ ticket, code: codeIn(1) }).toString(),
    });
    expect(whole.statusCode).toBe(303);
  });
});
