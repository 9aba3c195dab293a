import { describe, expect, it } from 'vitest';
import type { AuditNote } from '../../consumers/audit/trail.ts';
import { GOOD_PASSWORD } from '../people/open-people.ts';
import { bearer, NOW, type RunningApi, runApi, TOKEN } from './running-api.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const OUR_PAGE = { 'sec-fetch-site': 'same-origin' };
const NEXT_PASSWORD = 'herons-stand-in-the-rain';

type Answer = Awaited<ReturnType<RunningApi['send']>>;
const cookiesOf = ({ headers }: Answer) => [headers['set-cookie'] ?? []].flat().map(String);
const cookieIn = (answer: Answer, name = 'daoyu_session') =>
  cookiesOf(answer)
    .find((each) => each.startsWith(`${name}=`))
    ?.split(';')[0] ?? '';

async function runWithPeople(change: Parameters<typeof runApi>[0] = {}) {
  const notes: AuditNote[] = [];
  const audit = { note: async (note: AuditNote) => void notes.push(note), async *list() {} };
  const api = await runApi({ audit, ...change });
  const { people } = api.options;
  const post = (url: string, fields: Readonly<Record<string, string>>, headers: object = {}) =>
    api.send({
      method: 'POST',
      url,
      headers: { ...FORM, ...headers },
      payload: new URLSearchParams(fields).toString(),
    });
  return {
    ...api,
    notes,
    people,
    post,
    addPerson: (user: string, grants: readonly { role: 'viewer' | 'operator' | 'admin'; park: string }[]) =>
      people.accounts.add({ user, name: `the ${user}`, grants, password: GOOD_PASSWORD }, 'test'),
    signIn: (user: string, password = GOOD_PASSWORD, headers: object = {}) =>
      post('/sign-in', { user, password }, headers),
    /** As the page does. */
    ask: (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, cookie: string, payload?: object) =>
      api.send({ method, url: `/api/v1${path}`, headers: { cookie, ...OUR_PAGE }, ...(payload && { payload }) }),
  };
}

const OPERATOR = [{ role: 'operator', park: '*' }] as const;
const ADMIN = [{ role: 'admin', park: '*' }] as const;

describe('the first administrator', () => {
  it('is made by the browser that opened the start-up link, once, and by no other', async () => {
    const { get, post, makeCode, people, notes } = await runWithPeople();
    const opened = await get(`/sign-in?code=${await makeCode()}`, {});
    const [session, first] = [cookieIn(opened), cookieIn(opened, 'daoyu_first')];
    expect(cookiesOf(opened).find((each) => each.startsWith('daoyu_first'))).toMatch(/HttpOnly.*SameSite=Strict/);
    expect((await get('/api/v1/me', { cookie: `${session}; ${first}` })).json()).toMatchObject({
      kind: 'link',
      mayMakeFirstAccount: true,
    });
    // A wall screen on which only the session lies makes nobody anything.
    expect((await get('/api/v1/me', { cookie: session })).json()).toMatchObject({ mayMakeFirstAccount: false });
    expect((await get('/join', { cookie: session })).statusCode).toBe(410);
    const form = await get('/join', { cookie: first });
    const [, code = ''] = /name="code" value="([^"]+)"/.exec(form.body) ?? [];
    const made = await post('/join', { code, user: 'boss', name: '老板', password: GOOD_PASSWORD });
    expect(made.statusCode).toBe(303);
    expect((await get('/api/v1/users', { cookie: cookieIn(made) })).statusCode).toBe(200);
    expect(people.accounts.get('boss')).toMatchObject({ grants: ADMIN });
    const later = await get(`/sign-in?code=${await makeCode()}`, {});
    expect(cookieIn(later, 'daoyu_first')).toBe('');
    expect((await get('/join', { cookie: first })).statusCode).toBe(410);
    expect(notes.map(({ what, who }) => [what, who.name])).toEqual([
      ['sign-in', 'start-up link'],
      ['account.add', '老板'],
      ['sign-in', 'start-up link'],
    ]);
  });
});

describe('a person', () => {
  it('signs in with name and password, and acts under that name whatever the request says', async () => {
    const { addPerson, signIn, ask, options } = await runWithPeople();
    await addPerson('wang', OPERATOR);
    const answer = await signIn(' Wang ');
    expect(answer.statusCode).toBe(303);
    const cookie = cookieIn(answer);
    expect(cookiesOf(answer).join()).toMatch(/HttpOnly; SameSite=Lax/);
    expect(cookiesOf(answer).join()).not.toMatch(/Secure/);
    const me = await ask('GET', '/me', cookie);
    expect(me.headers['cache-control']).toBe('no-store');
    expect(me.json()).toMatchObject({
      kind: 'person',
      name: 'the wang',
      grants: OPERATOR,
    });
    const sent = await ask('POST', '/devices/tianyu/probe/commands/aerator?by=somebody', cookie, { on: true });
    expect(sent.statusCode).toBe(202);
    const { id } = sent.json<{ id: string }>();
    expect(await options.commands.find({ park: 'tianyu', device: 'probe' }, id)).toMatchObject({ by: 'the wang' });
  });

  it('behind a trusted proxy with TLS gets a Secure cookie; nobody else is believed about it', async () => {
    const tls = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
    const trusting = await runWithPeople({ trustProxy: ['127.0.0.1'] });
    await trusting.addPerson('wang', OPERATOR);
    expect(cookiesOf(await trusting.signIn('wang', GOOD_PASSWORD, tls)).join()).toMatch(/; Secure/);
    expect(trusting.people.sessions.list()[0]?.address).toBe('203.0.113.9');
    const plain = await runWithPeople();
    await plain.addPerson('wang', OPERATOR);
    expect(cookiesOf(await plain.signIn('wang', GOOD_PASSWORD, tls)).join()).not.toMatch(/Secure/);
    expect(plain.people.sessions.list()[0]?.address).toBe('127.0.0.1');
  });

  it('cannot be given a session by somebody else (fixation), and signing in ends the one before', async () => {
    const { addPerson, signIn, ask } = await runWithPeople();
    await addPerson('wang', OPERATOR);
    const planted = await signIn('wang', GOOD_PASSWORD, { cookie: 'daoyu_session=planted' });
    expect(cookieIn(planted)).not.toBe('daoyu_session=planted');
    expect((await ask('GET', '/me', 'daoyu_session=planted')).statusCode).toBe(401);
    const again = await signIn('wang', GOOD_PASSWORD, { cookie: cookieIn(planted) });
    expect((await ask('GET', '/me', cookieIn(planted))).statusCode).toBe(401);
    expect((await ask('GET', '/me', cookieIn(again))).statusCode).toBe(200);
  });

  it('signed in changes nothing for a page of another site (CSRF), nor is signed in by one', async () => {
    const { addPerson, signIn, send, post, people } = await runWithPeople();
    await addPerson('boss', ADMIN);
    const cookie = cookieIn(await signIn('boss'));
    const attacks = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
    ];
    for (const headers of attacks) {
      const payload = { user: 'mallory', name: 'm', grants: ADMIN };
      const answer = await send({ method: 'POST', url: '/api/v1/users', headers: { cookie, ...headers }, payload });
      expect(answer.statusCode).toBe(403);
    }
    expect(people.accounts.get('mallory')).toBeUndefined();
    const form = { user: 'boss', password: GOOD_PASSWORD };
    expect((await post('/sign-in', form, { 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    expect((await post('/sign-out', {}, { cookie, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
  });

  it('changes the password with the old one; every other session ends, this one goes on', async () => {
    const { addPerson, signIn, ask } = await runWithPeople();
    await addPerson('wang', OPERATOR);
    const [here, elsewhere] = [cookieIn(await signIn('wang')), cookieIn(await signIn('wang'))];
    const change = (current: string, next: string) => ask('POST', '/me/password', here, { current, next });
    expect((await change('wrong', NEXT_PASSWORD)).json()).toMatchObject({ code: 'SIGN_IN_INVALID' });
    expect((await change(GOOD_PASSWORD, 'short')).json()).toMatchObject({ code: 'PASSWORD_WEAK' });
    const changed = await change(GOOD_PASSWORD, NEXT_PASSWORD);
    expect(changed.statusCode).toBe(204);
    expect((await ask('GET', '/me', elsewhere)).statusCode).toBe(401);
    expect((await ask('GET', '/me', cookieIn(changed))).statusCode).toBe(200);
    expect((await signIn('wang')).statusCode).toBe(403);
    expect((await signIn('wang', NEXT_PASSWORD)).statusCode).toBe(303);
  });

  it('sees the own sessions and ends one; another person’s is none of theirs', async () => {
    const { addPerson, signIn, ask } = await runWithPeople();
    await addPerson('wang', OPERATOR);
    await addPerson('li', OPERATOR);
    const [here, phone, other] = [await signIn('wang'), await signIn('wang'), await signIn('li')].map((each) =>
      cookieIn(each),
    );
    const listed = async (cookie = '') =>
      (await ask('GET', '/sessions', cookie)).json<{ sessions: { id: string; who: string; isThis: boolean }[] }>()
        .sessions;
    expect((await listed(here)).map(({ who }) => who)).toEqual(['wang', 'wang']);
    const [ofLi] = await listed(other);
    expect((await ask('DELETE', `/sessions/${ofLi?.id}`, here ?? '')).statusCode).toBe(404);
    const second = (await listed(here)).find(({ isThis }) => !isThis);
    expect((await ask('DELETE', `/sessions/${second?.id}`, here ?? '')).statusCode).toBe(204);
    expect((await ask('GET', '/me', phone ?? '')).statusCode).toBe(401);
    expect((await ask('GET', '/me', here ?? '')).statusCode).toBe(200);
    const out = await ask('DELETE', `/sessions/${(await listed(here))[0]?.id}`, here ?? '');
    expect(out.statusCode).toBe(204);
    expect((await ask('GET', '/me', here ?? '')).statusCode).toBe(401);
  });
});

describe('whoever guesses', () => {
  it('a password is held up after five, also with the right one; other people and addresses are not', async () => {
    let now = NOW;
    const { addPerson, signIn, notes } = await runWithPeople({ clock: () => now, trustProxy: ['127.0.0.1'] });
    await addPerson('wang', OPERATOR);
    await addPerson('li', OPERATOR);
    const guesses = Array.from({ length: 5 }, (_, index) => signIn('wang', `guess number ${index}`));
    for (const each of await Promise.all(guesses)) expect(each.statusCode).toBe(403);
    const held = await signIn('wang');
    expect(held.statusCode).toBe(429);
    expect(Number(held.headers['retry-after'])).toBe(2);
    expect((await signIn('li')).statusCode).toBe(303);
    expect((await signIn('wang', GOOD_PASSWORD, { 'x-forwarded-for': '203.0.113.9' })).statusCode).toBe(303);
    now += 2000;
    expect((await signIn('wang')).statusCode).toBe(303);
    const failed = notes.filter(({ what }) => what === 'sign-in.fail');
    expect(failed).toHaveLength(6);
    expect(failed.at(-1)).toMatchObject({ who: { id: 'wang' }, code: 'TOO_MANY_ATTEMPTS', from: '127.0.0.1' });
  });

  it('a user name learns nothing, and what was typed in its place is not written down', async () => {
    const { addPerson, signIn, notes } = await runWithPeople();
    await addPerson('wang', OPERATOR);
    const [wrong, nobody] = [await signIn('wang', 'wrong password'), await signIn('my-own-secret-word', 'x')];
    const text = (body: string) => body.replaceAll(/value="[^"]*"/g, '');
    expect(text(nobody.body)).toBe(text(wrong.body));
    expect(nobody.statusCode).toBe(wrong.statusCode);
    expect(JSON.stringify(notes)).not.toContain('my-own-secret-word');
  });

  it('a token is held up after ten, and a token that nobody guesses works all the while', async () => {
    const { get, people } = await runWithPeople();
    const { text } = await people.tokens.make({ name: 'p', grants: OPERATOR, expiresAt: NOW + 1000 }, 'test');
    const codes: number[] = [];
    for (let each = 0; each < 12; each++)
      codes.push((await get('/api/v1/me', { authorization: `Bearer guess-${each}` })).statusCode);
    expect(codes).toEqual([...Array(10).fill(401), 429, 429]);
    // This one people chose, and it is short.
    expect((await get('/api/v1/me', bearer)).statusCode).toBe(429);
    expect((await get('/api/v1/me', { authorization: `Bearer ${text}` })).statusCode).toBe(200);
  });
});

describe('an administrator', () => {
  it('invites; the invited chooses a password; a new role takes effect at once, and the trail holds all of it', async () => {
    const { addPerson, signIn, ask, get, post, notes } = await runWithPeople();
    await addPerson('boss', ADMIN);
    const boss = cookieIn(await signIn('boss'));
    const made = await ask('POST', '/users', boss, { user: 'li', name: '李', grants: OPERATOR });
    expect(made.statusCode).toBe(201);
    const { link, qr } = made.json<{ link: string; qr: string }>();
    expect(qr).toMatch(/^<svg/);
    expect((await signIn('li', '')).statusCode).toBe(403);
    const { searchParams } = new URL(link);
    const code = searchParams.get('code') ?? '';
    const joined = await post('/join', { code, password: NEXT_PASSWORD });
    expect(joined.statusCode).toBe(303);
    const li = cookieIn(joined);
    expect((await ask('GET', '/me', li)).json()).toMatchObject({ id: 'li', name: '李' });
    expect((await get(link.slice(link.indexOf('/join')), {})).statusCode).toBe(410);
    const changed = await ask('PATCH', '/users/li', boss, { grants: [{ role: 'viewer', park: 'tianyu' }] });
    expect(changed.statusCode).toBe(200);
    expect((await ask('GET', '/me', li)).statusCode).toBe(401);
    expect(notes.slice(1)).toMatchObject([
      { what: 'account.add', who: { id: 'boss' }, after: { user: 'li', grants: OPERATOR } },
      { what: 'sign-in.fail', who: { id: 'li' } },
      { what: 'account.password', who: { id: 'li' }, where: 'li' },
      {
        what: 'account.change',
        who: { id: 'boss' },
        where: 'li',
        before: { grants: OPERATOR },
        after: { grants: [{ role: 'viewer', park: 'tianyu' }] },
      },
    ]);
    expect(JSON.stringify(notes)).not.toContain(NEXT_PASSWORD);
    expect(JSON.stringify(notes)).not.toContain(code);
  });

  it('revokes the token of the installation once there is another administrator', async () => {
    const { addPerson, signIn, ask, get, post } = await runWithPeople();
    const revoke = () => ask('DELETE', '/tokens/installation', cookieIn(signedIn));
    await addPerson('boss', ADMIN);
    const signedIn = await signIn('boss');
    expect((await revoke()).statusCode).toBe(204);
    expect((await get('/api/v1/me')).statusCode).toBe(401);
    expect((await post('/sign-in', { token: TOKEN })).statusCode).toBe(403);
    expect((await ask('DELETE', '/users/boss', cookieIn(signedIn))).json()).toMatchObject({ code: 'LAST_ADMIN' });
  });

  it('signs a wall screen in by a link; it reads, and is out when it is removed', async () => {
    const { get, send, post } = await runWithPeople();
    const made = await send({
      method: 'POST',
      url: '/api/v1/screens',
      headers: bearer,
      payload: { name: '值班室', parks: ['tianyu'] },
    });
    const { link, screen } = made.json<{ link: string; screen: { id: string } }>();
    const code = new URL(link).searchParams.get('code') ?? '';
    const joined = await post('/join', { code });
    expect(joined.headers.location).toBe('/#/wall');
    const cookie = cookieIn(joined);
    expect((await get('/api/v1/latest', { cookie })).statusCode).toBe(200);
    const replay = {
      method: 'POST',
      url: '/api/v1/quarantine/0001-a/replay',
      headers: { cookie, ...OUR_PAGE },
    } as const;
    expect((await send(replay)).statusCode).toBe(403);
    expect((await send({ method: 'DELETE', url: `/api/v1/screens/${screen.id}`, headers: bearer })).statusCode).toBe(
      204,
    );
    expect((await get('/api/v1/latest', { cookie })).statusCode).toBe(401);
  });
});
