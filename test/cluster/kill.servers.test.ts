import { expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { type Comparison, compare, countsWhatWasSent, storedOf, sumOf } from '../kill/comparison.ts';
import { type CountingDevice, openCountingDevice } from '../kill/counting-device.ts';
import { freePort, type PlatformProcess, spawnPlatform } from '../kill/spawn-platform.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import { type Credentials, newDataDir } from '../running-platform.ts';
import { hasInflux, startInflux } from '../servers/influx.ts';
import { hasNats, startNats } from '../servers/nats.ts';
import { startBalancer } from './balancer.ts';

const DEVICES = 10;
const DAY = 86_400_000;

/** A process that can be ended and started again where it was. */
interface Member {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  process: PlatformProcess;
}

const total = (devices: readonly CountingDevice[]) =>
  devices.reduce((sum, device) => sum + device.acknowledged.size, 0);

/** Under load for so many readings more, so that what is ended next is at work. */
const underLoad = async (devices: readonly CountingDevice[]) => {
  const before = total(devices);
  await eventually(() => total(devices) > before + 300, Boolean, 60_000);
};

it.runIf(hasNats() && hasInflux())(
  'two brokers, two ingests and two apis: kill -9 of each in turn and a rolling restart lose and double nothing',
  async () => {
    const [nats, influx] = await Promise.all([startNats(), startInflux()]);
    const shared = {
      DAOYU_BUS_URL: nats.url,
      DAOYU_STORE_URL: influx.url(),
      // 2,000 readings a second of all devices together: enough to hit work in progress, and it leaves the machine its breath.
      DAOYU_MQTT_MAX_RATE: '200',
      DAOYU_API_RATE: '1000000',
    };
    const members: Member[] = [];
    const ports: number[] = [];
    for (const role of ['broker', 'broker', 'ingest', 'ingest', 'api', 'api']) {
      const port = await freePort();
      if (role === 'broker') ports.push(port);
      const settings = {
        ...shared,
        DAOYU_ROLES: role,
        DAOYU_DATA_DIR: newDataDir(),
        DAOYU_MQTT_PORT: String(port),
        DAOYU_HTTP_PORT: String(await freePort()),
      };
      members.push({ name: `${role} ${members.length % 2}`, settings, process: await spawnPlatform(settings) });
    }
    const [apiOne, apiTwo] = members.slice(4);
    const { http, token } = apiOne?.process ?? { http: '', token: '' };
    const url = await startBalancer(ports);
    const firstTime = Date.now() - 10 * DAY;
    const devices: CountingDevice[] = [];
    for (let index = 0; index < DEVICES; index++) {
      const body = { park: 'daoyu', site: 'roles-site', device: `roles-${index}`, kind: 'aquaculture_pond' };
      const credentials = await httpClient(http, token).post<Credentials>('/api/v1/devices', body);
      devices.push(openCountingDevice(url, credentials, firstTime));
    }
    const startedAt = performance.now();
    for (const device of devices) device.start();
    await eventually(
      () => devices.filter(({ acknowledged }) => acknowledged.size === 0).map(({ device }) => device),
      (silent) => silent.length === 0,
      60_000,
    );

    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      for (const member of members) {
        await underLoad(devices);
        const endedAt = performance.now();
        await member.process.kill(signal);
        // The others go on.
        if (member.name.startsWith('broker')) await underLoad(devices);
        member.process = await spawnPlatform(member.settings);
        await underLoad(devices);
        console.info(`${signal} ${member.name}: back under load in ${Math.round(performance.now() - endedAt)} ms`);
      }
    }
    await Promise.all(devices.map((device) => device.finish()));
    const seconds = (performance.now() - startedAt) / 1000;

    const comparisons: Comparison[] = [];
    for (const api of [apiOne, apiTwo]) {
      const { get } = httpClient(api?.process.http ?? '', token);
      const { ledger } = await eventually(
        () => get<LedgerAnswer>('/api/v1/ledger?park=daoyu'),
        (answer) => answer.ledger.length === DEVICES && isDrained(answer),
        120_000,
      );
      for (const row of ledger) expect(row.received).toBe(row.stored + row.duplicate + row.quarantined);
      if (api === apiTwo) continue;
      for (const device of devices) {
        const comparison = compare(await storedOf(get, device, firstTime), device);
        comparisons.push(comparison);
        const row = ledger.find((each) => each.device === device.device);
        expect(row?.stored).toBe(comparison.stored);
        expect(row !== undefined && countsWhatWasSent(row, device), JSON.stringify(row)).toBe(true);
      }
    }
    const outcome = sumOf(comparisons);
    console.info('roles, 6 kills and a rolling restart:', outcome, `${Math.round(outcome.acknowledged / seconds)}/s`);
    expect(outcome).toMatchObject({ missing: 0, doubled: 0, phantom: 0, wrong: 0 });
    await Promise.all(devices.map((device) => device.close()));
    for (const member of members) await member.process.kill('SIGKILL');
  },
  600_000,
);
