import { describe, expect, it } from 'vitest';
import { bearer, limits, NOW, runApi, TOKEN } from './running-api.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const cookieOf = (answer: { headers: Record<string, unknown> }) => String(answer.headers['set-cookie']);
const session = (answer: { headers: Record<string, unknown> }) => ({ cookie: cookieOf(answer).split(';')[0] ?? '' });

describe('a stranger', () => {
  it('gets 401 from every route of the OpenAPI document but health, with or without a wrong token', async () => {
    const { app, get } = await runApi();
    const { paths } = (await get('/docs/json')).json<{ paths: Record<string, Record<string, unknown>> }>();
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({
        method: method.toUpperCase() as 'GET',
        url: path.replace(/\{\w+\}/g, 'x'),
      })),
    );
    const closed = [
      ...routes,
      { method: 'GET' as const, url: '/docs' },
      { method: 'GET' as const, url: '/docs/json' },
      { method: 'GET' as const, url: '/no/such/thing' },
    ];
    const open: string[] = [];
    for (const route of closed) {
      for (const headers of [
        {},
        { authorization: `Bearer ${TOKEN}x` },
        { cookie: 'daoyu_session=9999999999999.x.y' },
      ]) {
        const answer = await app.inject({ ...route, headers });
        if (answer.statusCode !== 401) open.push(`${route.method} ${route.url}`);
      }
    }
    expect(routes.length).toBeGreaterThan(12);
    expect([...new Set(open)].sort()).toEqual(['GET /healthz', 'GET /readyz']);
  });

  it('learns which part is red, and only who is known learns why', async () => {
    const { get } = await runApi();
    const stranger = await get('/readyz', {});
    expect(stranger.statusCode).toBe(503);
    expect(stranger.json()).toEqual({ status: 'not ready', checks: [{ name: 'log', isReady: false }] });
    expect((await get('/readyz')).json()).toMatchObject({ checks: [{ message: expect.stringMatching(/full/) }] });
  });

  it('is held to the rate limit while guessing tokens, at addresses that do not exist too', async () => {
    const { get } = await runApi({ limits: { ...limits, requestsPerMinute: 3 } });
    const guess = { authorization: 'Bearer guess' };
    for (let count = 0; count < 3; count++) expect((await get('/nowhere', guess)).statusCode).toBe(401);
    const refused = await get('/nowhere', guess);
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await get('/healthz', {})).statusCode).toBe(200);
    expect((await get('/api/v1/kinds')).statusCode).toBe(200);
  });
});

describe('a sign-in link', () => {
  it('signs one browser in once, with a cookie that scripts and foreign sites do not get', async () => {
    const { get, makeCode } = await runApi();
    const url = `/sign-in?code=${await makeCode()}`;
    const answer = await get(url, {});
    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).toBe('/');
    expect(cookieOf(answer)).toMatch(/HttpOnly/);
    expect(cookieOf(answer)).toMatch(/SameSite=Lax/);
    expect((await get('/api/v1/kinds', session(answer))).statusCode).toBe(200);
    const again = await get(url, {});
    expect(again.statusCode).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('is not used up by a preview that asks for its head', async () => {
    const { get, send, makeCode } = await runApi();
    const url = `/sign-in?code=${await makeCode()}`;
    expect((await send({ method: 'HEAD', url })).statusCode).toBe(404);
    expect((await get(url, {})).statusCode).toBe(302);
  });

  it('is void after an hour, and a session after thirty days', async () => {
    let now = NOW;
    const { get, makeCode } = await runApi({ clock: () => now });
    const [late, intime] = [await makeCode(), await makeCode()];
    now += 3_599_000;
    const answer = await get(`/sign-in?code=${intime}`, {});
    expect(answer.statusCode).toBe(302);
    now += 2000;
    expect((await get(`/sign-in?code=${late}`, {})).statusCode).toBe(403);
    now += 30 * 86_400_000;
    expect((await get('/api/v1/kinds', session(answer))).statusCode).toBe(401);
  });
});

describe('a browser session', () => {
  const OUR_PAGE = { 'sec-fetch-site': 'same-origin' };
  const FORMS = { method: 'POST', url: '/sign-in', headers: FORM } as const;
  const REPLAY = { method: 'POST', url: '/api/v1/quarantine/x/replay' } as const;

  it('that the link began reads and changes nothing', async () => {
    const { send, get, makeCode } = await runApi();
    const cookie = session(await get(`/sign-in?code=${await makeCode()}`, {}));
    expect((await get('/api/v1/latest', cookie)).statusCode).toBe(200);
    expect((await get('/api/v1/session', cookie)).json()).toEqual({ by: 'session', mayOperate: false });
    const change = await send({ ...REPLAY, headers: { ...cookie, ...OUR_PAGE } });
    expect(change.statusCode).toBe(403);
    expect(change.json()).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('that the typed token began may replay from our own page for twelve hours, and do nothing else', async () => {
    let now = NOW;
    const { send, get } = await runApi({ clock: () => now });
    expect((await send({ ...FORMS, payload: 'token=wrong' })).statusCode).toBe(403);
    const answer = await send({ ...FORMS, payload: `token=${TOKEN}` });
    expect(answer.statusCode).toBe(303);
    const cookie = session(answer);
    const replay = async (headers: object) =>
      (await send({ ...REPLAY, headers: { ...cookie, ...headers } })).statusCode;
    expect((await get('/api/v1/session', cookie)).json()).toMatchObject({ by: 'session', mayOperate: true });
    expect(await replay(OUR_PAGE)).toBe(404);
    expect(await replay({ origin: 'http://localhost:80', host: 'localhost:80' })).toBe(404);
    expect(await replay({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await replay({ origin: 'http://evil.example' })).toBe(403);
    expect(await replay({})).toBe(403);
    const device = await send({
      method: 'POST',
      url: '/api/v1/devices',
      headers: { ...cookie, ...OUR_PAGE },
      payload: {},
    });
    expect(device.statusCode).toBe(403);
    now += 12 * 3_600_000;
    expect(await replay(OUR_PAGE)).toBe(403);
    expect((await get('/api/v1/latest', cookie)).statusCode).toBe(200);
  });

  it('cannot make itself an operator', async () => {
    const { send, get, makeCode } = await runApi();
    const { cookie } = session(await get(`/sign-in?code=${await makeCode()}`, {}));
    const [name, value = ''] = cookie.split('=');
    const [expires, , ...rest] = value.split('.');
    const raised = `${name}=${expires}.${NOW + 3_600_000}.${rest.join('.')}`;
    expect((await send({ ...REPLAY, headers: { cookie: raised, ...OUR_PAGE } })).statusCode).toBe(401);
  });

  it('that was tampered with is none', async () => {
    const { get, makeCode } = await runApi();
    const { cookie } = session(await get(`/sign-in?code=${await makeCode()}`, {}));
    const [name, value = ''] = cookie.split('=');
    const [expires, ...rest] = value.split('.');
    const longer = `${name}=${Number(expires) + 1}.${rest.join('.')}`;
    expect((await get('/api/v1/kinds', { cookie: longer })).statusCode).toBe(401);
    expect((await get('/api/v1/kinds', { cookie })).statusCode).toBe(200);
  });
});

it('every answer forbids framing, sniffing and foreign scripts', async () => {
  const { get } = await runApi();
  for (const url of ['/sign-in', '/api/v1/kinds', '/healthz', '/docs/json']) {
    const { headers } = await get(url, bearer);
    expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
    expect(headers['content-security-policy']).toMatch(/script-src 'self'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  }
});
