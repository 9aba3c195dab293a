import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { type Credentials, connectMqtt, newDataDir, type RunningPlatform, runPlatform } from '../running-platform.ts';
import { hasInflux, startInflux } from '../servers/influx.ts';
import { hasNats, startNats } from '../servers/nats.ts';

interface LedgerRow {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly quarantined: number;
  readonly pending: number;
}

const NOW = Date.now() - 3_600_000;
const reading = (index: number, more: object = {}) =>
  JSON.stringify({ time: NOW + index * 1000, dissolved_oxygen: 6 + (index % 10) / 10, ...more });

async function servers(): Promise<Record<string, string>> {
  const [nats, influx] = await Promise.all([startNats(), startInflux()]);
  return { DAOYU_BUS_URL: nats.url, DAOYU_STORE_URL: influx.url() };
}

const start = (shared: Record<string, string>, roles: string, options = {}) =>
  runPlatform({ ...shared, DAOYU_ROLES: roles }, options);

const rowOf = async ({ get }: RunningPlatform, device: string) =>
  (await get<{ ledger: readonly LedgerRow[] }>(`/api/v1/ledger?device=${device}`)).ledger[0];

const isSettled = (row: LedgerRow | undefined, received: number) => row?.received === received && row.pending === 0;

const deviceShown = async ({ get }: RunningPlatform, name: string) =>
  (await get<{ devices: readonly { device: string; isConnected: boolean }[] }>('/api/v1/devices')).devices.find(
    ({ device }) => device === name,
  );

/** What the ingest processes divide among themselves. */
const DUTIES = [
  ...[
    'alarm-clock',
    'alarm-keeper',
    'alarm-notifier',
    'alarms',
    'audit',
    'automation',
    'commands',
    'journal',
    'quarantine',
    'reports',
    'retention',
  ],
  ...['store-writer-0', 'store-writer-1', 'store-writer-2', 'store-writer-3'],
];

async function dutiesOf({ platform }: RunningPlatform): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${platform.token}` };
  const text = await (await fetch(`${platform.urls.http}/metrics`, { headers })).text();
  return [...text.matchAll(/^daoyu_duty\{duty="([^"]+)"\} 1$/gm)].map(([, name = '']) => name).sort();
}

const on = (platform: RunningPlatform, credentials: Credentials) =>
  connectMqtt(platform.platform.urls.mqtt.mqtt ?? '', credentials);

describe.runIf(hasNats() && hasInflux())('two processes of each role on one NATS and one InfluxDB', () => {
  it('share devices, token, sign-in, accounts and readings', async () => {
    const shared = await servers();
    // At one time, as a supervisor starts them.
    const [apiOne, apiTwo, brokerOne, brokerTwo, ...ingest] = await Promise.all(
      ['api', 'api', 'broker', 'broker', 'ingest', 'ingest'].map((role) => start(shared, role)),
    );
    if (apiOne === undefined || apiTwo === undefined || brokerOne === undefined || brokerTwo === undefined)
      throw new Error('not started');

    const all = [apiOne, apiTwo, brokerOne, brokerTwo, ...ingest];
    expect(new Set(all.map(({ platform }) => platform.token)).size).toBe(1);
    const withPasswords = all.filter(({ dataDir }) => existsSync(join(dataDir, 'secrets', 'devices.json')));
    expect(withPasswords).toHaveLength(1);

    const link = new URL((await apiOne.platform.signInLink()) ?? '');
    const signedIn = await fetch(`${apiTwo.platform.urls.http}${link.pathname}${link.search}`, { redirect: 'manual' });
    expect(signedIn.status).toBe(302);
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await fetch(`${apiOne.platform.urls.http}/api/v1/parks`, { headers: { cookie } })).status).toBe(200);
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(403);

    const credentials = await apiOne.addDevice('shared', 'aquaculture_pond');
    const startedAt = performance.now();
    const first = await on(brokerOne, credentials);
    await first.publishAsync(credentials.topics.telemetry, reading(1), { qos: 1 });
    await first.endAsync();
    const second = await on(brokerTwo, credentials);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    // The same reading again, at a broker that never saw it: the store knows.
    await second.publishAsync(credentials.topics.telemetry, reading(1), { qos: 1 });
    await second.publishAsync(credentials.topics.telemetry, reading(2, { ph: 99 }), { qos: 1 });
    for (const api of [apiOne, apiTwo]) {
      const row = await eventually(
        () => rowOf(api, 'shared'),
        (each) => isSettled(each, 3),
        20_000,
      );
      expect(row).toMatchObject({ stored: 2, duplicate: 1, quarantined: 0 });
    }
    const { quarantine } = await eventually(
      () => apiTwo.get<{ quarantine: readonly { device: string; id: string }[] }>('/api/v1/quarantine'),
      (answer) => answer.quarantine.length === 1,
    );
    expect(quarantine[0]?.device).toBe('shared');

    const [dutiesOne = [], dutiesTwo = []] = await eventually(
      () => Promise.all(ingest.map(dutiesOf)),
      ([one = [], two = []]) => one.length + two.length === DUTIES.length && Math.abs(one.length - two.length) === 1,
      20_000,
    );
    expect([...dutiesOne, ...dutiesTwo].sort()).toEqual(DUTIES);
    for (const { platform } of [brokerOne, ...ingest]) {
      const { http } = platform.urls;
      expect((await fetch(`${http}/healthz`)).status).toBe(200);
      expect((await fetch(`${http}/readyz`)).status).toBe(200);
      expect((await fetch(`${http}/metrics`)).status).toBe(401);
      expect((await fetch(`${http}/api/v1/parks`)).status).toBe(404);
    }
  }, 90_000);

  it('reach a device whichever broker it is on, and know where it is', async () => {
    const shared = await servers();
    const api = await start(shared, 'api');
    let release: (() => void) | undefined;
    const slow = await start(shared, 'broker', {
      wrapAdmit: (admit: (message: unknown) => Promise<void>) => async (message: unknown) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        await admit(message);
      },
    });
    const other = await start(shared, 'broker');
    const credentials = await api.addDevice('roaming', 'aquaculture_pond');

    const before = await on(slow, credentials);
    const lost = before.publishAsync(credentials.topics.telemetry, reading(1, { ph: 99 }), { qos: 1 }).catch(() => {});
    await eventually(() => release !== undefined);
    expect(
      await eventually(
        () => deviceShown(api, 'roaming'),
        (device) => device?.isConnected === true,
      ),
    ).toBeDefined();
    await before.endAsync(true);
    await lost;

    const after = await on(other, credentials);
    const heard: [topic: string, payload: string][] = [];
    after.on('message', (topic, payload) => heard.push([topic, payload.toString('utf8')]));
    await after.subscribeAsync([credentials.topics.errors, 'daoyu/daoyu/roaming/commands/#'], { qos: 1 });
    await eventually(async () => (await deviceShown(api, 'roaming'))?.isConnected);
    release?.();
    await eventually(() => heard.length === 1, Boolean, 20_000);
    expect(heard[0]?.[0]).toBe(credentials.topics.errors);
    expect(JSON.parse(heard[0]?.[1] ?? '')).toMatchObject({ code: 'VALUE_OUT_OF_RANGE', field: 'ph' });

    const answer = await api.post('/api/v1/devices/daoyu/roaming/commands/aerator?raw=true', { on: true, minutes: 20 });
    expect(answer).toEqual({ topic: 'daoyu/daoyu/roaming/commands/aerator', isConnected: true });
    await eventually(() => heard.length === 2);
    expect(heard[1]).toEqual(['daoyu/daoyu/roaming/commands/aerator', '{"on":true,"minutes":20}']);

    // By whichever ingest process has the work: it begins after the command was sent.
    const commands = '/api/v1/devices/daoyu/roaming/commands';
    const { id } = await api.post<{ id: string }>(`${commands}/valve`, { percent: 40 });
    await eventually(() => heard.length === 3);
    expect(JSON.parse(heard[2]?.[1] ?? '')).toMatchObject({ id, value: { percent: 40 } });
    await after.publishAsync('daoyu/daoyu/roaming/replies', JSON.stringify({ id, state: 'done' }), { qos: 1 });
    await start(shared, 'ingest');
    await eventually(
      () => api.get<{ state: string }>(`${commands}/${id}`),
      ({ state }) => state === 'done',
      20_000,
    );

    await after.endAsync();
    await eventually(async () => (await deviceShown(api, 'roaming'))?.isConnected === false);
  }, 60_000);

  it('hand duties over when one ends, and take them when one comes', async () => {
    const shared = await servers();
    const dataDir = newDataDir();
    const first = await start({ ...shared, DAOYU_DATA_DIR: dataDir }, 'ingest');
    await eventually(
      () => dutiesOf(first),
      (duties) => duties.length === DUTIES.length,
    );
    const second = await start(shared, 'ingest');
    await eventually(
      () => dutiesOf(first),
      ({ length }) => length === Math.floor(DUTIES.length / 2) || length === Math.ceil(DUTIES.length / 2),
    );
    await first.platform.close();
    await eventually(
      () => dutiesOf(second),
      (duties) => duties.length === DUTIES.length,
    );
  }, 60_000);
});
