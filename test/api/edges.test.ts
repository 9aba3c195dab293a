import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApi } from '../../api/server.ts';
import type { LiveFeed } from '../../consumers/live-feed.ts';
import { builtPage } from './built-page.ts';
import { apiOptions, bearer, runApi } from './running-api.ts';

const PROBLEM = /^application\/problem\+json/;

describe('every problem', () => {
  it('has a type that leads to the description of its code, for strangers too', async () => {
    const { get } = await runApi();
    for (const [url, headers] of [
      ['/api/v1/series?kind=fish', bearer],
      ['/api/v1/latest?device=nobody', bearer],
      ['/api/v1/kinds', {}],
    ] as const) {
      const { type, code } = (await get(url, headers)).json<{ type: string; code: string }>();
      expect(type).toBe(`/docs/errors#${code}`);
      const page = await get(type.split('#')[0] ?? '', {});
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-type']).toMatch(/^text\/html/);
      expect(page.body.split(`id="${code}"`)).toHaveLength(2);
    }
  });

  it('is problem+json at addresses that no router reads', async () => {
    const { get } = await runApi({ pageFolder: builtPage() });
    for (const url of ['/assets/%c0%ae', '/assets/%', '/%e0%a4%a', '/assets/nothing.js', '/assets/']) {
      const answer = await get(url, {});
      expect([url, answer.statusCode >= 400 && answer.statusCode < 500]).toEqual([url, true]);
      expect([url, answer.headers['content-type']]).toEqual([url, expect.stringMatching(PROBLEM)]);
      expect(answer.json()).toMatchObject({ code: expect.any(String), status: answer.statusCode });
    }
  });

  it('is problem+json for what is no HTTP', async () => {
    const { write: _, ...options } = await apiOptions();
    const api = await openApi(options);
    onTestFinished(() => api.close());
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    socket.write('GARBAGE\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"REQUEST_INVALID"/);
  });
});

it('HEAD of the live stream is answered, and follows nothing', async () => {
  let followed = 0;
  const live: LiveFeed = {
    async *follow() {
      followed += 1;
      yield* [];
    },
  };
  const { send } = await runApi({ live });
  for (let count = 0; count < 5; count++) {
    const answer = await send({ method: 'HEAD', url: '/api/v1/live', headers: bearer });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
  }
  expect(followed).toBe(0);
});

describe('strangers who ask without end', () => {
  const limits = {
    maxPoints: 1000,
    maxConcurrentQueries: 2,
    queryTimeoutMs: 10_000,
    maxLiveClients: 2,
    requestsPerMinute: 20,
    maxPacketBytes: 262_144,
    maxMessagesPerSecond: 10,
    admitTimeoutMs: 5000,
  };

  it('take neither the probes nor the way in from others at their address', async () => {
    const { get, makeCode } = await runApi({ limits });
    let refused = 0;
    for (let count = 0; count < 30; count++) if ((await get('/nothing', {})).statusCode === 429) refused += 1;
    expect(refused).toBe(10);
    for (let count = 0; count < 30; count++) expect((await get('/readyz', {})).statusCode).toBe(503);
    for (let count = 0; count < 30; count++) expect((await get('/healthz', {})).statusCode).toBe(200);
    for (let count = 0; count < 30; count++) expect((await get('/sign-in', {})).statusCode).toBe(200);
    expect((await get(`/sign-in?code=${await makeCode()}`, {})).statusCode).toBe(302);
    expect((await get('/api/v1/kinds')).statusCode).toBe(200);
  });

  it('guess codes and tokens no faster for that', async () => {
    const { get } = await runApi({ limits });
    const answers = [];
    for (let count = 0; count < 30; count++) answers.push((await get(`/sign-in?code=guess${count}`, {})).statusCode);
    expect(answers.filter((status) => status === 403)).toHaveLength(20);
    expect(answers.filter((status) => status === 429)).toHaveLength(10);
  });
});

it('readiness asks its parts once for all who wait for it', async () => {
  let asked = 0;
  const { get } = await runApi({
    checks: async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [{ name: 'log', isReady: true }];
    },
  });
  const answers = await Promise.all(Array.from({ length: 20 }, () => get('/readyz', {})));
  expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
  expect(asked).toBe(1);
});
