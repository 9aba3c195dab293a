/** A threshold profile changed over HTTP on a whole platform: what is judged by it from then on. */
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../sensors/profile.ts';
import { eventually } from '../eventually.ts';
import { runPlatform } from '../running-platform.ts';

interface Latest {
  readonly latest: readonly {
    readonly device: string;
    readonly state: string;
    readonly reasons: readonly { readonly label: { readonly zh: string } }[];
  }[];
}

async function openPond() {
  const running = await runPlatform();
  const credentials = await running.addDevice('test-probe', 'aquaculture_pond', {
    site: 'test-pond',
    profile: 'crab_pond',
  });
  const { profiles } = await running.get<{ profiles: readonly Profile[] }>('/api/v1/parks');
  const crab = profiles.find(({ name }) => name === 'crab_pond') as Profile;
  const put = async (name: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await fetch(new URL(`/api/v1/profiles/${name}`, running.platform.urls.http), {
      method: 'PUT',
      headers: { authorization: `Bearer ${running.platform.token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return [answer.status, await answer.json()] as const;
  };
  return { ...running, credentials, crab, put };
}

describe('PUT /api/v1/profiles', () => {
  it("puts the county's own numbers in force, for the values that are there as well", async () => {
    const { get, connect, credentials, crab, put } = await openPond();
    const client = await connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, '{"dissolved_oxygen": 6.2}', { qos: 1 });
    const probe = async () =>
      (await get<Latest>('/api/v1/latest')).latest.find(({ device }) => device === 'test-probe');
    await eventually(probe, (found) => found?.state === 'good');
    const own = crab.bands.map((band) =>
      band.field === 'dissolved_oxygen' ? { ...band, target: [7, 9], warnBelow: 6.5 } : band,
    );
    const label = { zh: '开江标准', en: 'Kaijiang standard' };
    expect(await put('crab_pond', { ...crab, label, bands: own })).toMatchObject([200, { version: 2, label }]);
    expect(await probe()).toMatchObject({
      state: 'warning',
      reasons: [{ label: { zh: expect.stringMatching(/6\.20 mg\/L，低于 6\.5（开江标准）/) } }],
    });
  });

  it('refuses what is wrong, saying what would be right', async () => {
    const { crab, put } = await openPond();
    const wrong: readonly (readonly [body: object, status: number, code: string, words: RegExp])[] = [
      [{}, 400, 'REQUEST_INVALID', /version/],
      [{ ...crab, colour: 'red' }, 400, 'REQUEST_INVALID', /colour/],
      [{ ...crab, bands: [] }, 400, 'REQUEST_INVALID', /bands/],
      [{ ...crab, name: 'lobster' }, 400, 'PROFILE_INVALID', /the URL names profile crab_pond, but the body lobster/],
      [{ ...crab, version: 7 }, 409, 'PROFILE_CHANGED', /at version 1, but the change is based on version 7/],
      [{ ...crab, bands: [{ field: 'oxygen', source: 'x' }] }, 400, 'PROFILE_INVALID', /no such field/],
      [{ ...crab, effective: '2026-02-30' }, 400, 'PROFILE_INVALID', /must be a day such as 2026-05-10/],
      [{ ...crab, kinds: ['cold_chain'] }, 400, 'PROFILE_INVALID', /daoyu\/test-pond uses it/],
    ];
    for (const [body, status, code, words] of wrong) {
      expect(await put('crab_pond', body)).toMatchObject([status, { code, detail: expect.stringMatching(words) }]);
    }
    expect(await put('Crab', crab)).toMatchObject([
      400,
      { code: 'REQUEST_INVALID', detail: expect.stringMatching(/name/) },
    ]);
    expect(await put('crab_pond', crab, { authorization: 'Bearer wrong' })).toMatchObject([
      401,
      { code: 'UNAUTHORIZED' },
    ]);
  });
});
