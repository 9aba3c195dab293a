import { expect, it } from 'vitest';
import { builtPage } from './built-page.ts';
import { runApi } from './running-api.ts';

it('a browser that is not signed in is led to a page that says in both languages how to', async () => {
  const { get } = await runApi({ pageFolder: builtPage() });
  const answer = await get('/', {});
  expect(answer.statusCode).toBe(302);
  expect(answer.headers.location).toBe('/sign-in');
  const { body, headers } = await get('/sign-in', {});
  expect(headers['content-type']).toMatch(/text\/html/);
  expect(headers['cache-control']).toBe('no-store');
  expect(body).toMatch(/登录链接[\s\S]*sign-in link/);
  expect(body).not.toMatch(/<script/);
});

it('a browser that is signed in gets the page fresh and its hashed parts for good', async () => {
  const { get, makeCode } = await runApi({ pageFolder: builtPage() });
  const signedIn = await get(`/sign-in?code=${await makeCode()}`, {});
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  const page = await get('/', { cookie });
  expect(page.body).toContain('ponds');
  expect(page.headers['cache-control']).toBe('no-store');
  const part = await get('/assets/page-1a2b3c.js', {});
  expect(part.body).toBe('export {};');
  expect(part.headers['cache-control']).toMatch(/immutable/);
});

it('nothing beside the assets is served, by whatever detour', async () => {
  const { get } = await runApi({ pageFolder: builtPage() });
  for (const url of [
    '/secret.txt',
    '/assets/../secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets//../secret.txt',
    '/assets/../metrics',
  ]) {
    const answer = await get(url, {});
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toContain('not for anybody');
    expect(answer.body).not.toContain('daoyu_mqtt');
  }
});
