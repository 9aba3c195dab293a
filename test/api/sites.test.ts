/** A site changed over HTTP on a whole platform, and what is judged by it from then on. */
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../base/beijing-time.ts';
import { eventually } from '../eventually.ts';
import { runPlatform } from '../running-platform.ts';

const SITE = '/api/v1/sites/daoyu/test-paddy';
const DAY = 86_400_000;

async function openPaddy() {
  const running = await runPlatform();
  const credentials = await running.addDevice('test-level', 'paddy_water', {
    site: 'test-paddy',
    siteType: 'paddy',
    profile: 'paddy_awd',
  });
  const ask = (change: object, headers: Readonly<Record<string, string>> = {}, path = SITE) =>
    fetch(new URL(path, running.platform.urls.http), {
      method: 'PATCH',
      headers: { authorization: `Bearer ${running.platform.token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(change),
    });
  return { ...running, credentials, ask };
}

interface Latest {
  readonly latest: readonly { readonly device: string; readonly state: string }[];
}

describe('PATCH /api/v1/sites', () => {
  it('sets growth stages, and the newest values are judged by the one in force now', async () => {
    const { get, patch, connect, credentials } = await openPaddy();
    const client = await connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, '{"water_level": -80}', { qos: 1 });
    const stateOf = async () =>
      (await get<Latest>('/api/v1/latest')).latest.find(({ device }) => device === 'test-level')?.state;
    // Alternate wetting and drying bears it; rice that heads does not.
    await eventually(stateOf, (state) => state === 'good');
    const [yesterday, tomorrow] = [dayOf(Date.now() - DAY), dayOf(Date.now() + DAY)];
    const stages = [
      { from: yesterday, profile: 'paddy_heading' },
      { from: tomorrow, profile: 'paddy_awd' },
    ];
    expect(await patch(SITE, { stages })).toMatchObject({ id: 'test-paddy', profile: 'paddy_awd', stages });
    expect(await stateOf()).toBe('critical');
    const { sites } = await get<{ sites: readonly { id: string }[] }>('/api/v1/parks');
    expect(sites.find(({ id }) => id === 'test-paddy')).toMatchObject({ stages });
    await patch(SITE, { stages: null });
    expect(await stateOf()).toBe('good');
  });

  it('refuses what is wrong, saying what would be right', async () => {
    const { ask } = await openPaddy();
    const polygon = (...ring: (readonly number[])[]) => ({ boundary: { type: 'Polygon', coordinates: [ring] } });
    const wrong: readonly (readonly [change: object, status: number, code: string, words: RegExp])[] = [
      [{}, 400, 'REQUEST_INVALID', /body/],
      [{ colour: 'red' }, 400, 'REQUEST_INVALID', /colour/],
      [{ stages: [{ from: 'May', profile: 'paddy_awd' }] }, 400, 'REQUEST_INVALID', /from/],
      [{ stages: [{ from: '2026-05-32', profile: 'paddy_awd' }] }, 400, 'SITE_INVALID', /day such as 2026-05-10/],
      [{ profile: 'lobster' }, 400, 'PROFILE_UNKNOWN', /paddy_heading/],
      [{ profile: 'crab_pond' }, 400, 'SITE_INVALID', /made for aquaculture_pond/],
      [{ latitude: 31.02 }, 400, 'SITE_INVALID', /belong together/],
      [{ latitude: 131.02, longitude: 107.9 }, 400, 'REQUEST_INVALID', /latitude/],
      [polygon([107, 31], [107.001, 31], [107, 31]), 400, 'REQUEST_INVALID', /coordinates/],
      [polygon([107, 31], [107.001, 31], [107, 31.001], [107.0001, 31]), 400, 'SITE_INVALID', /closed/],
    ];
    for (const [change, status, code, words] of wrong) {
      const answer = await ask(change);
      expect([answer.status, await answer.json()]).toMatchObject([
        status,
        { code, detail: expect.stringMatching(words) },
      ]);
    }
    const nowhere = await ask({ profile: 'paddy_awd' }, {}, '/api/v1/sites/daoyu/nowhere');
    expect([nowhere.status, await nowhere.json()]).toMatchObject([404, { code: 'SITE_UNKNOWN' }]);
  });

  it('is for the token alone, like making a device', async () => {
    const { ask, platform } = await openPaddy();
    const signedIn = await fetch((await platform.signInLink()) ?? '', { redirect: 'manual' });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const session = await fetch(new URL(SITE, platform.urls.http), {
      method: 'PATCH',
      headers: { cookie, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify({ profile: null }),
    });
    expect(session.status).toBe(403);
    expect((await ask({ profile: null }, { authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it('is described by OpenAPI', async () => {
    const { get } = await openPaddy();
    const { paths } = await get<{ paths: Record<string, Record<string, object>> }>('/docs/json');
    expect(paths['/api/v1/sites/{park}/{site}']?.patch).toMatchObject({ tags: ['registry'] });
  });
});
