import { describe, expect, it } from 'vitest';
import type { AuditNote } from '../../consumers/audit/trail.ts';
import { codeAt, fromBase32, stepOf } from '../../people/totp.ts';
import { GOOD_PASSWORD } from '../people/open-people.ts';
import { bearer, NOW, type RunningApi, runApi } from './running-api.ts';

const OPERATOR = [{ role: 'operator', park: '*' }] as const;
const OUR_PAGE = { 'sec-fetch-site': 'same-origin' };
const STEP = 30_000;
type Answer = Awaited<ReturnType<RunningApi['send']>>;
const cookieIn = ({ headers }: Answer) =>
  [headers['set-cookie'] ?? []]
    .flat()
    .map(String)
    .find((each) => each.startsWith('daoyu_session='))
    ?.split(';')[0] ?? '';
const ticketIn = ({ body }: Answer) => /name="ticket" value="([^"]+)"/.exec(body)?.[1] ?? '';

/** Wang, whose second factor is on, and a clock that the test turns. */
async function runWithFactor() {
  const time = { now: NOW };
  const notes: AuditNote[] = [];
  const audit = { note: async (note: AuditNote) => void notes.push(note), async *list() {} };
  const api = await runApi({ audit, clock: () => time.now });
  const post = (fields: Readonly<Record<string, string>>) =>
    api.send({
      ...{ method: 'POST', url: '/sign-in', payload: new URLSearchParams(fields).toString() },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, cookie: string, payload?: object) =>
    api.send({ method, url: `/api/v1${path}`, headers: { cookie, ...OUR_PAGE }, ...(payload && { payload }) });
  await api.options.people.accounts.add(
    { user: 'wang', name: '王建国', grants: OPERATOR, password: GOOD_PASSWORD },
    'test',
  );
  const signIn = () => post({ user: 'wang', password: GOOD_PASSWORD });
  const before = cookieIn(await signIn());
  const other = cookieIn(await signIn());
  const refused = await ask('POST', '/me/second-factor', before, { password: 'not the password' });
  const begun = await ask('POST', '/me/second-factor', before, { password: GOOD_PASSWORD });
  const { secret } = begun.json<{ secret: string }>();
  const code = () => codeAt(fromBase32(secret), stepOf(time.now));
  const wrong = await ask('PUT', '/me/second-factor', before, { code: '000000' });
  const untouched = await ask('GET', '/me', before);
  const finished = await ask('PUT', '/me/second-factor', before, { code: code() });
  const { recoveryCodes } = finished.json<{ recoveryCodes: string[] }>();
  time.now += STEP;
  const enrolment = { refused, begun, wrong, untouched, finished };
  return { ...api, time, notes, post, ask, signIn, code, other, recoveryCodes, enrolment, cookie: cookieIn(finished) };
}

describe('a second factor', () => {
  it('is turned on with the password and a code of the app, which ends every other session', async () => {
    const { enrolment, ask, cookie, other, notes } = await runWithFactor();
    const { refused, begun, wrong, untouched, finished } = enrolment;
    expect(refused.json()).toMatchObject({ code: 'SIGN_IN_INVALID' });
    expect(begun.json()).toMatchObject({ uri: expect.stringContaining('otpauth://totp/') });
    expect(begun.json<{ qr: string }>().qr).toContain('<svg');
    expect(wrong.json()).toMatchObject({ status: 403, code: 'CODE_INVALID' });
    expect(untouched.json()).toMatchObject({ secondFactor: { isOn: false } });
    expect(finished.json<{ recoveryCodes: string[] }>().recoveryCodes).toHaveLength(10);
    expect((await ask('GET', '/me', other)).statusCode).toBe(401);
    expect((await ask('GET', '/me', cookie)).json()).toMatchObject({
      secondFactor: { isOn: true, recoveryCodesLeft: 10 },
    });
    expect(notes.at(-1)).toMatchObject({ what: 'account.second-factor', after: { secondFactor: true } });
  });

  it('lets nobody in by the password alone, and takes a code once', async () => {
    const { signIn, post, code, ask, notes } = await runWithFactor();
    const half = await signIn();
    expect(half.statusCode).toBe(200);
    expect(cookieIn(half)).toBe('');
    // A half is no sign-in, so the trail says nothing yet.
    expect(notes.at(-1)?.what).toBe('account.second-factor');
    const ticket = ticketIn(half);
    expect((await ask('GET', '/me', `daoyu_session=${ticket}`)).statusCode).toBe(401);
    const first = await post({ ticket, code: code() });
    expect(first.statusCode).toBe(303);
    expect((await ask('GET', '/me', cookieIn(first))).statusCode).toBe(200);
    expect(notes.at(-1)).toMatchObject({ what: 'sign-in', who: { id: 'wang' } });
    const again = await post({ ticket: ticketIn(await signIn()), code: code() });
    expect(again.statusCode).toBe(403);
    expect(cookieIn(again)).toBe('');
    expect(notes.at(-1)).toMatchObject({ what: 'sign-in.fail', code: 'CODE_INVALID', who: { id: 'wang' } });
  });

  it('gives one of two browsers that send the same code at the same time a session', async () => {
    const { signIn, post, code } = await runWithFactor();
    const tickets = [ticketIn(await signIn()), ticketIn(await signIn())];
    const answers = await Promise.all(tickets.map((ticket) => post({ ticket, code: code() })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 403]);
  });

  it('takes no ticket that is forged, older than five minutes, or from before a new password', async () => {
    const { signIn, post, code, time, options } = await runWithFactor();
    const ticket = ticketIn(await signIn());
    const forged = ticket.replace(/^wang/, 'boss');
    expect((await post({ ticket: forged, code: code() })).body).toContain('begin');
    await options.people.accounts.setPassword('wang', 'herons-stand-in-the-rain');
    expect((await post({ ticket, code: code() })).statusCode).toBe(403);
    const later = ticketIn(await post({ user: 'wang', password: 'herons-stand-in-the-rain' }));
    time.now += 5 * 60_000;
    expect((await post({ ticket: later, code: code() })).statusCode).toBe(403);
  });

  it('slows guessing down, also of the same code at other times, whatever the password does', async () => {
    const { signIn, post, code, time } = await runWithFactor();
    let status = 0;
    for (let guess = 0; guess < 6; guess += 1) {
      status = (await post({ ticket: ticketIn(await signIn()), code: '000000' })).statusCode;
      time.now += STEP;
    }
    expect(status).toBe(403);
    time.now -= STEP;
    const held = await post({ ticket: ticketIn(await signIn()), code: code() });
    expect(held.statusCode).toBe(429);
    expect(held.headers['retry-after']).toBeDefined();
    time.now += 15 * 60_000;
    expect((await post({ ticket: ticketIn(await signIn()), code: code() })).statusCode).toBe(303);
  });

  it('lets a recovery code in once, and is turned off with password and code', async () => {
    const { signIn, post, recoveryCodes, ask, code } = await runWithFactor();
    const [first = ''] = recoveryCodes;
    const cookie = cookieIn(await post({ ticket: ticketIn(await signIn()), code: first }));
    expect((await ask('GET', '/me', cookie)).json()).toMatchObject({ secondFactor: { recoveryCodesLeft: 9 } });
    expect((await post({ ticket: ticketIn(await signIn()), code: first })).statusCode).toBe(403);
    const off = (given: object) => ask('POST', '/me/second-factor/off', cookie, given);
    expect((await off({ password: GOOD_PASSWORD, code: first })).json()).toMatchObject({ code: 'CODE_INVALID' });
    const done = await off({ password: GOOD_PASSWORD, code: code() });
    expect(done.statusCode).toBe(204);
    expect(cookieIn(await signIn())).not.toBe('');
    expect(
      (await ask('POST', '/me/second-factor/off', cookieIn(done), { password: GOOD_PASSWORD, code: '1' })).json(),
    ).toMatchObject({ code: 'SECOND_FACTOR_OFF' });
  });

  it('is asked for after a new password by link too, and reset by an administrator', async () => {
    const { send, get, signIn, ask, cookie, post } = await runWithFactor();
    const made = await send({ method: 'POST', url: '/api/v1/users/wang/link', headers: bearer });
    const [, linked = ''] = /code=(.+)$/.exec(made.json<{ link: string }>().link) ?? [];
    const joined = await send({
      ...{ method: 'POST', url: '/join', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      payload: new URLSearchParams({ code: linked, password: 'herons-stand-in-the-rain' }).toString(),
    });
    expect(joined.headers.location).toBe('/sign-in');
    expect(cookieIn(joined)).toBe('');
    const reset = () => send({ method: 'DELETE', url: '/api/v1/users/wang/second-factor', headers: bearer });
    expect((await reset()).statusCode).toBe(204);
    expect((await reset()).json()).toMatchObject({ code: 'SECOND_FACTOR_OFF' });
    expect((await ask('GET', '/me', cookie)).statusCode).toBe(401);
    expect((await signIn()).statusCode).toBe(403);
    expect(cookieIn(await post({ user: 'wang', password: 'herons-stand-in-the-rain' }))).not.toBe('');
    const { people } = (await get('/api/v1/users')).json<{ people: object[] }>();
    expect(people[0]).toMatchObject({ user: 'wang', hasSecondFactor: false });
    expect(JSON.stringify(people)).not.toContain('secret');
  });
});
