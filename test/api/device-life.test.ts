/** Parks, sites and devices over a running platform: made, changed, shut out, removed. */
import mqtt from 'mqtt';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { type Credentials, runPlatform } from '../running-platform.ts';

const POND = { park: 'tianyu', site: 'pond-1' };
const empty = { DAOYU_DEMO: 'no' };
const reading = (time: number) => JSON.stringify({ time, dissolved_oxygen: 6.4 });

async function openPark() {
  const running = await runPlatform(empty);
  const { platform, post } = running;
  await post('/api/v1/parks', { park: 'tianyu', label: { zh: '天渔园区', en: 'Tianyu park' } });
  await post('/api/v1/sites', { ...POND, type: 'pond', profile: 'crab_pond' });
  const credentials = await post<Credentials>('/api/v1/devices', {
    ...POND,
    device: 'probe',
    kind: 'aquaculture_pond',
  });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(new URL(path, platform.urls.http), {
      method,
      headers: {
        authorization: `Bearer ${platform.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { ...running, credentials, call };
}

/** The CONNACK's refusal, or undefined when the connection is accepted. */
async function tryConnect(url: string, { clientId, username, password }: Credentials): Promise<string | undefined> {
  try {
    const client = await mqtt.connectAsync(url, { clientId, username, password, reconnectPeriod: 0 });
    await client.endAsync(true);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

describe('an installation without the demo', () => {
  it('is empty but for the threshold profiles, and takes a park, a site, a device and a first reading', async () => {
    const { get, call, connect, credentials } = await openPark();
    const { parks, sites, profiles } = await get<{ parks: object[]; sites: object[]; profiles: object[] }>(
      '/api/v1/parks',
    );
    expect(parks).toEqual([{ id: 'tianyu', label: { zh: '天渔园区', en: 'Tianyu park' }, towns: [] }]);
    expect(sites).toEqual([
      { park: 'tianyu', id: 'pond-1', label: { zh: 'pond-1', en: 'pond-1' }, type: 'pond', profile: 'crab_pond' },
    ]);
    expect(profiles.length).toBeGreaterThan(3);
    const client = await connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, reading(Date.now() - 1000), { qos: 1 });
    const { latest } = await eventually(
      () => get<{ latest: { device: string; site: string }[] }>('/api/v1/latest'),
      (answer) => answer.latest.length === 1,
    );
    expect(latest[0]).toMatchObject({ device: 'probe', site: 'pond-1' });
    expect(await call('POST', '/api/v1/parks', { park: 'tianyu' })).toMatchObject({
      status: 409,
      body: { code: 'PARK_EXISTS' },
    });
    expect(await call('POST', '/api/v1/sites', POND)).toMatchObject({ status: 409, body: { code: 'SITE_EXISTS' } });
  });

  it('gives up a park only when its sites are gone, and a site only when its devices are', async () => {
    const { call } = await openPark();
    expect(await call('DELETE', '/api/v1/parks/tianyu')).toMatchObject({
      status: 409,
      body: { code: 'PARK_NOT_EMPTY', detail: expect.stringContaining('1 sites and 1 devices') },
    });
    expect(await call('DELETE', '/api/v1/sites/tianyu/pond-1')).toMatchObject({
      status: 409,
      body: { code: 'SITE_NOT_EMPTY', detail: expect.stringContaining('probe') },
    });
    for (const path of ['devices/tianyu/probe', 'sites/tianyu/pond-1', 'parks/tianyu']) {
      expect(await call('DELETE', `/api/v1/${path}`)).toEqual({ status: 204, body: undefined });
      expect((await call('DELETE', `/api/v1/${path}`)).body.code).toMatch(/_UNKNOWN$/);
    }
  });
});

describe('a device', () => {
  it('moves: what it measured stays where it was measured', async () => {
    const { call, get, post, connect, credentials } = await openPark();
    await post('/api/v1/sites', { park: 'tianyu', site: 'pond-2', type: 'pond' });
    const client = await connect(credentials);
    const before = Date.now() - 60_000;
    await client.publishAsync(credentials.topics.telemetry, reading(before), { qos: 1 });
    expect(await call('PATCH', '/api/v1/devices/tianyu/probe', { site: 'nowhere' })).toMatchObject({
      body: { code: 'SITE_UNKNOWN' },
    });
    const moved = await call('PATCH', '/api/v1/devices/tianyu/probe', {
      site: 'pond-2',
      label: { zh: '探头', en: 'Probe' },
    });
    expect(moved.body).toMatchObject({
      site: 'pond-2',
      label: { zh: '探头', en: 'Probe' },
      intervalMs: expect.any(Number),
    });
    await client.publishAsync(credentials.topics.telemetry, reading(before + 30_000), { qos: 1 });
    const countAt = async (site: string) => {
      const query = `kind=aquaculture_pond&fields=dissolved_oxygen&park=tianyu&site=${site}&from=-1h`;
      const { series } = await get<{ series: { points: unknown[] }[] }>(`/api/v1/series?${query}`);
      return series.flatMap(({ points }) => points).length;
    };
    await eventually(
      () => countAt('pond-2'),
      (count) => count === 1,
    );
    expect(await countAt('pond-1')).toBe(1);
  });

  it('that is disabled is out at once, and in again when it is enabled', async () => {
    const { call, connect, credentials, platform } = await openPark();
    const url = platform.urls.mqtt.mqtt ?? '';
    const client = await connect(credentials);
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    expect((await call('PATCH', '/api/v1/devices/tianyu/probe', { isDisabled: true })).body.isDisabled).toBe(true);
    await closed;
    expect(await tryConnect(url, credentials)).toMatch(/not authori[sz]ed|Bad username|refused/i);
    expect(
      (await call('PATCH', '/api/v1/devices/tianyu/probe', { isDisabled: false })).body.isDisabled,
    ).toBeUndefined();
    expect(await tryConnect(url, credentials)).toBeUndefined();
    const retired = await call('PATCH', '/api/v1/devices/tianyu/probe', { isRetired: true });
    expect(retired.body.retiredAt).toBeGreaterThan(Date.now() - 60_000);
    expect(await tryConnect(url, credentials)).toBeDefined();
  });

  it('connects with both passwords during the overlap of a rotation, and only with the new one where there is none', async () => {
    const { call, connect, credentials, platform } = await openPark();
    const url = platform.urls.mqtt.mqtt ?? '';
    const first = (await call('POST', '/api/v1/devices/tianyu/probe/credentials', { overlapMinutes: 10 })).body;
    expect(first.validUntilOfOld - Date.now()).toBeGreaterThan(9 * 60_000);
    expect(await tryConnect(url, credentials)).toBeUndefined();
    expect(await tryConnect(url, first)).toBeUndefined();
    const client = await connect({ ...credentials, ...first });
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const second = (await call('POST', '/api/v1/devices/tianyu/probe/credentials', { overlapMinutes: 0 })).body;
    await closed;
    expect(await tryConnect(url, first)).toBeDefined();
    expect(await tryConnect(url, credentials)).toBeDefined();
    expect(await tryConnect(url, second)).toBeUndefined();
    const { devices } = (await call('GET', '/api/v1/devices')).body;
    expect(JSON.stringify(devices)).not.toMatch(/scrypt|assword/);
  });

  it('that is removed is out at once, and its readings stay', async () => {
    const { call, get, connect, credentials, platform } = await openPark();
    const client = await connect(credentials);
    await client.publishAsync(credentials.topics.telemetry, reading(Date.now() - 1000), { qos: 1 });
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    expect(await call('DELETE', '/api/v1/devices/tianyu/probe')).toEqual({ status: 204, body: undefined });
    await closed;
    expect(await tryConnect(platform.urls.mqtt.mqtt ?? '', credentials)).toBeDefined();
    expect((await get<{ latest: object[] }>('/api/v1/latest')).latest).toEqual([]);
    const query = 'kind=aquaculture_pond&fields=dissolved_oxygen&park=tianyu&site=pond-1&from=-1h';
    const { series } = await eventually(
      () => get<{ series: { points: unknown[] }[] }>(`/api/v1/series?${query}`),
      (answer) => answer.series.length === 1,
    );
    expect(series[0]?.points).toHaveLength(1);
  });

  it('that is removed with its readings leaves none behind, says before how many there are, and stands in the trail', async () => {
    const { call, get, connect, credentials } = await openPark();
    const client = await connect(credentials);
    const now = Date.now();
    for (const ago of [3000, 2000, 1000])
      await client.publishAsync(credentials.topics.telemetry, reading(now - ago), { qos: 1 });
    const plan = await eventually(
      () => get<{ readings: number; pending: number }>('/api/v1/devices/tianyu/probe/removal'),
      ({ pending }) => pending === 0,
    );
    expect(plan).toEqual({ readings: 3, first: now - 3000, last: now - 1000, pending: 0, isConnected: true });
    // What comes while it is removed is either in the store before, or refused.
    const busy = client.publishAsync(credentials.topics.telemetry, reading(now), { qos: 1 }).catch(() => undefined);
    const path = '/api/v1/devices/tianyu/probe?readings=remove';
    expect(await call('DELETE', path)).toEqual({ status: 204, body: undefined });
    await Promise.race([busy, new Promise<void>((resolve) => client.once('close', () => resolve()))]);
    const query = 'kind=aquaculture_pond&fields=dissolved_oxygen&park=tianyu&from=-1h';
    expect(await get(`/api/v1/series?${query}`)).toMatchObject({ series: [] });
    expect((await call('DELETE', path)).body.code).toBe('DEVICE_UNKNOWN');
    const { ledger } = await get<{ ledger: { stored: number }[] }>('/api/v1/ledger?device=probe');
    expect(ledger[0]?.stored).toBeGreaterThanOrEqual(3);
    const { audit } = await eventually(
      () => get<{ audit: { before: object; after: object }[] }>('/api/v1/audit?what=device.remove'),
      (found) => found.audit.length > 0,
    );
    expect(audit).toMatchObject([
      { before: { id: 'probe' }, after: { removedReadings: expect.any(Number) }, where: 'tianyu/probe' },
    ]);
  });

  it('is made again under its name with another credential', async () => {
    const { call, post, credentials, platform } = await openPark();
    const stranger = httpClient(platform.urls.http, platform.token);
    await call('DELETE', '/api/v1/devices/tianyu/probe');
    const again = await post<Credentials>('/api/v1/devices', { ...POND, device: 'probe', kind: 'aquaculture_pond' });
    expect(await tryConnect(platform.urls.mqtt.mqtt ?? '', again)).toBeUndefined();
    expect(await tryConnect(platform.urls.mqtt.mqtt ?? '', credentials)).toBeDefined();
    expect(await stranger.get<{ devices: object[] }>('/api/v1/devices')).toMatchObject({
      devices: [{ device: 'probe' }],
    });
  });
});

describe('the demo', () => {
  it('is taken out, but for the site where an own device stands', async () => {
    const { platform, get, addDevice } = await runPlatform();
    const places = () => get<{ parks: { id: string; isDemo?: boolean }[]; sites: { id: string }[] }>('/api/v1/parks');
    const before = await places();
    expect(before.parks.map(({ isDemo }) => isDemo)).toEqual([true, true, true]);
    await addDevice('own-probe', 'aquaculture_pond', { site: 'zhuxi-pond-1' });
    const response = await fetch(new URL('/api/v1/demo', platform.urls.http), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${platform.token}` },
    });
    expect(await response.json()).toEqual({
      devices: expect.any(Number),
      sites: before.sites.length - 1,
      parks: 2,
      kept: ['daoyu/zhuxi-pond-1'],
    });
    const after = await places();
    expect(after.parks.map(({ id }) => id)).toEqual(['daoyu']);
    expect(after.sites.map(({ id }) => id)).toEqual(['zhuxi-pond-1']);
    expect((await get<{ devices: { device: string }[] }>('/api/v1/devices')).devices).toMatchObject([
      { device: 'own-probe' },
    ]);
  });
});
