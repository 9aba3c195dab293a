/** Walks every route there is, as every role, in the own park and in a foreign one. A route that is new is walked from its first day. */
import { get as httpGet } from 'node:http';
import type { InjectOptions } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Access } from '../../api/authorize.ts';
import { openApi } from '../../api/server.ts';
import { ROLES, type Role, rightsOf } from '../../people/roles.ts';
import { eventually } from '../eventually.ts';
import { alarmIdIn, FOREIGN, OWN, recordIdIn, runTwoParks } from './two-parks.ts';

type Method = NonNullable<InjectOptions['method']>;
interface Route {
  readonly name: string;
  readonly method: Method;
  readonly url: string;
  readonly access: Access;
}

const routesOf = (accesses: ReadonlyMap<string, Access>): readonly Route[] =>
  [...accesses].map(([name, access]) => {
    const [method = '', url = ''] = name.split(' ');
    return { name, method: method as Method, url, access };
  });

/** Streams do not end by themselves; they are walked by themselves below. */
const isStream = ({ url }: Route) => url.endsWith('/live');
const isPeople = ({ url }: Route) => /\/(users|invitations|tokens|screens)/.test(url);

function idIn(url: string, park: string): string {
  if (url.includes('alarms')) return alarmIdIn(park);
  return url.includes('quarantine') ? recordIdIn(park) : 'nothing';
}

function requestOf({ method, url }: Route, park: string, shares: Readonly<Record<string, string>> = {}): InjectOptions {
  const share = url.includes('/shares/') ? shares[park] : undefined;
  const id = share ?? idIn(url, park);
  const names: Readonly<Record<string, string>> = {
    ...{ park, site: `pond-of-${park}`, device: `probe-of-${park}`, id, name: 'group', token: 'x', user: 'nobody' },
    '*': 'x',
  };
  const path = url.replace(/:(\w+)|\*/g, (text, name: string) => names[name ?? text] ?? 'x');
  const queries: Readonly<Record<string, string>> = {
    '/api/v1/series': '?kind=aquaculture_pond',
    '/api/v1/derived': '?series=oxygen_dawn_minimum&from=-2d',
    '/api/v1/statistics': '?kind=aquaculture_pond&window=noon&from=-2d',
    '/api/v1/reports': '?report=daily',
    '/api/v1/export': '?kind=aquaculture_pond&from=-1h&format=csv',
  };
  const query = queries[url] ?? '';
  const body = { park, site: `pond-of-${park}`, device: `probe-of-${park}` };
  return { method, url: path + query, ...(method !== 'GET' && method !== 'HEAD' && { payload: body }) };
}

describe('every route', () => {
  it('declares who may ask it, and what changes something says so in the audit trail', async () => {
    const { app } = await runTwoParks();
    const routes = routesOf(app.accesses);
    expect(routes.length).toBeGreaterThan(70);
    const open = routes.filter(({ access }) => access === 'anyone').map(({ name }) => name);
    expect(open.sort()).toEqual([
      ...[
        'GET /a/:token',
        'GET /docs/errors',
        'GET /healthz',
        'GET /join',
        'GET /r/*',
        'GET /readyz',
        'GET /s/:code',
        'GET /s/:code/data.csv',
      ],
      'GET /sign-in',
      ...[
        'HEAD /a/:token',
        'HEAD /docs/errors',
        'HEAD /healthz',
        'HEAD /r/*',
        'HEAD /readyz',
        'HEAD /s/:code',
        'HEAD /s/:code/data.csv',
      ],
      ...[
        'POST /a/:token',
        // Their credential is that of a device.
        'POST /api/v1/intake',
        'POST /api/v1/intake/:format',
        'POST /join',
        'POST /sign-in',
      ],
    ]);
    const known = routes
      .filter(({ access, method }) => access === 'known' && method !== 'HEAD')
      .map(({ name }) => name);
    expect(known.filter((name) => !name.includes(' /docs')).sort()).toEqual([
      ...[
        'DELETE /api/v1/sessions/:id',
        'GET /api/v1/derived-series',
        'GET /api/v1/display',
        'GET /api/v1/event-kinds',
        'GET /api/v1/me',
        'GET /api/v1/session',
        'GET /api/v1/sessions',
      ],
      ...['POST /api/v1/me/password', 'POST /api/v1/me/second-factor', 'POST /api/v1/me/second-factor/off'],
      ...['POST /sign-out', 'PUT /api/v1/me/second-factor'],
    ]);
  });

  it('is closed to strangers, whatever they say they are', async () => {
    const { app, send } = await runTwoParks();
    const leaks: string[] = [];
    for (const route of routesOf(app.accesses)) {
      if (route.access === 'anyone') continue;
      for (const headers of [
        {},
        { cookie: 'daoyu_session=made-up' },
        { authorization: 'Bearer daoyu_0123456789abcdef_x' },
      ]) {
        const { statusCode } = await send({ ...requestOf(route, OWN), headers });
        if (statusCode !== 401) leaks.push(`${route.name}: ${statusCode}`);
      }
    }
    expect(leaks).toEqual([]);
  });

  it.each(ROLES)(
    'asked by a %s of one park does what the role says there, and nothing in another park',
    async (role) => {
      const { app, bearing, shares } = await runTwoParks();
      const { headers, send } = await asProgram(role);
      const wrong: string[] = [];
      for (const route of routesOf(app.accesses)) {
        const { access } = route;
        if (typeof access === 'string' || isStream(route)) continue;
        const hasRight = (rightsOf(role) as readonly string[]).includes(access.right);
        const own = await send({ ...requestOf(route, OWN, shares), headers });
        const isForAll = access.park === 'every';
        if ((own.statusCode === 403) === (hasRight && !isForAll))
          wrong.push(`${route.name} at home: ${own.statusCode}`);
        if (own.statusCode >= 500) wrong.push(`${route.name} at home: ${own.statusCode}`);
        const isOfPark = access.park === 'named' || typeof access.park === 'function';
        const foreign = await send({ ...requestOf(route, FOREIGN, shares), headers });
        if (isOfPark && foreign.statusCode !== 403) wrong.push(`${route.name} abroad: ${foreign.statusCode}`);
        if (access.park !== 'listed') continue;
        const { url = '' } = requestOf(route, OWN);
        const asked = await send({
          method: route.method,
          url: `${url}${String(url).includes('?') ? '&' : '?'}park=${FOREIGN}`,
          headers,
        });
        if (asked.statusCode !== 403) wrong.push(`${route.name}?park= abroad: ${asked.statusCode}`);
        if (own.body.includes(FOREIGN)) wrong.push(`${route.name} tells of the other park: ${own.body}`);
        if (hasRight && route.method === 'GET' && access.right === 'read' && !own.body.includes(OWN))
          wrong.push(`${route.name} tells nothing of the own park`);
      }
      expect(wrong).toEqual([]);

      async function asProgram(of: Role) {
        // Parks are made anew for each request that might change them: a removed park would hide what comes after.
        return {
          headers: await bearing([{ role: of, park: OWN }]),
          send: (request: InjectOptions) =>
            app.inject(isRemoval(request) ? { ...request, url: missing(String(request.url)) } : request),
        };
      }
    },
  );

  it('without an own access does not start', async () => {
    const { options } = await runTwoParks();
    const { buildApp } = await import('../../api/server.ts');
    const app = await buildApp(options);
    onTestFinished(() => app.close());
    expect([...app.accesses.values()].every((access) => access !== undefined)).toBe(true);
    const { accessOf } = await import('../../api/authorize.ts');
    expect(() => accessOf({ url: '/api/v1/new', config: {} as never })).toThrow(/declares no access/);
  });
});

const isRemoval = ({ method }: InjectOptions) => method === 'DELETE';
/** As far as rights go the same, and nothing goes. */
const missing = (url: string) => url.replace(/probe-of-/, 'no-probe-of-').replace(/pond-of-/, 'no-pond-of-');

describe('people of one park', () => {
  it('administer nobody who has a role elsewhere, and give no role elsewhere', async () => {
    const { bearing, send, addPerson, options } = await runTwoParks();
    await addPerson('boss', 'admin', '*');
    await addPerson('stranger', 'viewer', FOREIGN);
    await addPerson('neighbour', 'viewer', OWN);
    const { people } = options;
    const other = await people.tokens.make(
      { name: 'x', grants: [{ role: 'viewer', park: FOREIGN }], expiresAt: Date.parse('2026-07-21') },
      't',
    );
    const screen = await people.screens.make({ name: 'all', parks: undefined }, 't');
    const invitation = await people.invitations.make(
      { is: 'account', grants: [{ role: 'viewer', park: FOREIGN }] },
      { id: 't', name: 't' },
    );
    const headers = await bearing([{ role: 'admin', park: OWN }]);
    const ask = async (method: Method, path: string, payload?: object) =>
      (await send({ method, url: `/api/v1${path}`, headers, ...(payload && { payload }) })).statusCode;
    const everywhere = [{ role: 'admin', park: '*' }];
    const abroad = [{ role: 'viewer', park: FOREIGN }];

    expect(await ask('POST', '/users', { user: 'mallory', name: 'm', grants: everywhere })).toBe(403);
    expect(await ask('POST', '/users', { user: 'mallory', name: 'm', grants: abroad })).toBe(403);
    expect(await ask('POST', '/invitations', { grants: everywhere })).toBe(403);
    expect(await ask('POST', '/tokens', { name: 'm', grants: everywhere })).toBe(403);
    expect(await ask('POST', '/screens', { name: 'm' })).toBe(403);
    expect(await ask('PATCH', '/users/neighbour', { grants: everywhere })).toBe(403);
    expect(await ask('PATCH', '/users/boss', { name: 'mine' })).toBe(403);
    expect(await ask('POST', '/users/boss/link', {})).toBe(403);
    expect(await ask('DELETE', '/users/boss/sessions')).toBe(403);
    expect(await ask('DELETE', '/users/stranger')).toBe(404);
    expect(await ask('DELETE', `/tokens/${other.token.id}`)).toBe(404);
    expect(await ask('DELETE', '/tokens/installation')).toBe(403);
    expect(await ask('DELETE', `/screens/${screen.id}`)).toBe(404);
    expect(await ask('DELETE', `/invitations/${invitation.invitation.id}`)).toBe(404);
    expect(people.accounts.list().map(({ user }) => user)).toEqual(['boss', 'neighbour', 'stranger']);
    const listed = await send({ url: '/api/v1/users', headers });
    expect(listed.body).not.toContain('stranger');
    expect(await ask('PATCH', '/users/neighbour', { grants: [{ role: 'operator', park: OWN }] })).toBe(200);
  });

  it.each(ROLES.filter((role) => role !== 'admin'))(
    'as %s make nobody anything, themselves least of all',
    async (role) => {
      const { send, addPerson, signedIn, app, options } = await runTwoParks();
      await addPerson('me', role);
      const headers = await signedIn('me');
      const refused: number[] = [];
      for (const route of routesOf(app.accesses)) {
        if (!isPeople(route) || typeof route.access === 'string') continue;
        const payload = { user: 'me', name: 'm', grants: [{ role: 'admin', park: '*' }] };
        const { url, method } = requestOf(route, OWN);
        const answer = await send({
          method: method as Method,
          url: String(url).replace('nobody', 'me'),
          headers,
          ...(method !== 'GET' && method !== 'HEAD' && { payload }),
        });
        refused.push(answer.statusCode);
      }
      expect(refused.length).toBeGreaterThan(12);
      expect([...new Set(refused)]).toEqual([403]);
      expect(options.people.accounts.get('me')?.grants).toEqual([{ role, park: OWN }]);
    },
  );
});

describe('a stream', () => {
  it('tells of the own park alone, and ends within a second when the role is taken away, on whichever process', async () => {
    const { options, addPerson } = await runTwoParks();
    const api = await openApi(options);
    onTestFinished(() => api.close());
    await addPerson('me', 'viewer');
    const { secret } = await options.people.sessions.begin(
      { kind: 'person', user: 'me', epoch: options.people.accounts.get('me')?.epoch ?? 0 },
      { address: '', agent: '' },
    );
    let text = '';
    let isEnded = false;
    const asked = httpGet(
      new URL('/api/v1/live', api.url),
      { headers: { cookie: `daoyu_session=${secret}` } },
      (response) => {
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response
          .on('error', () => undefined)
          .once('close', () => {
            isEnded = true;
          });
      },
    );
    onTestFinished(() => void asked.destroy());
    await eventually(() => text.includes(OWN));
    expect(text).not.toContain(FOREIGN);
    await options.people.accounts.change('me', { grants: [{ role: 'viewer', park: FOREIGN }] });
    await eventually(() => isEnded);
    const again = await fetch(new URL('/api/v1/me', api.url), { headers: { cookie: `daoyu_session=${secret}` } });
    expect(again.status).toBe(401);
  });
});
