import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openJetStreamBus } from '../../bus/jetstream/jetstream.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { silent } from '../ingest/parts.ts';
import { freePort, type PlatformProcess, spawnPlatform } from '../kill/spawn-platform.ts';
import { requireOrSkip } from '../require.ts';
import { newDataDir } from '../running-platform.ts';
import { hasInflux, startInflux } from '../servers/influx.ts';
import { hasNats, startNats } from '../servers/nats.ts';
import { type Outcome, type Stack, storm } from './storm.ts';

/** As many as CI has time for; DAOYU_TEST_ALARM_KILLS=30 DAOYU_TEST_ALARMS=200 asks for more, of each process on NATS. */
const IS_LONG = process.env.DAOYU_TEST_ALARM_KILLS !== undefined;
const KILLS = Number(process.env.DAOYU_TEST_ALARM_KILLS ?? 2);
const ALARMS = Number(process.env.DAOYU_TEST_ALARMS ?? 6);
const LIMIT_MS = 120_000 + KILLS * 15_000 + ALARMS * 3000;
/** Roles of the processes on NATS. */
const DIVIDED = IS_LONG ? ['broker', 'api', 'ingest', 'ingest'] : ['broker,api', 'ingest'];
const BUS = { maxBytes: 1e9, retainMs: 1e9, clock: Date.now };

function expectTold(outcome: Outcome, kills: number): void {
  expect(outcome).toMatchObject({ alarms: ALARMS, delivered: ALARMS, untold: 0, contradictions: 0, gaps: 0 });
  expect(outcome.repeatedNotices).toBeLessThanOrEqual(kills);
  // Each alarm went over channels that do not work first, and that is seen.
  expect(outcome.failed).toBeGreaterThanOrEqual(ALARMS);
}

it(
  'kill -9 of the one process in a storm of alarms: each is told or seen to have failed, none is told twice but for one a crash',
  async () => {
    const folder = newDataDir();
    const [mqttPort, httpPort] = [await freePort(), await freePort()];
    const settings = {
      ...{ DAOYU_DATA_DIR: folder, DAOYU_MQTT_PORT: String(mqttPort), DAOYU_HTTP_PORT: String(httpPort) },
      ...{ DAOYU_API_RATE: '1000000', DAOYU_MQTT_MAX_CONNECTIONS_PER_ADDRESS: '10000' },
    };
    let process = await spawnPlatform(settings);
    onTestFinished(() => process.kill('SIGKILL'));
    const stack: Stack = {
      ...{ http: process.http, mqtt: process.mqtt, token: process.token },
      async kill() {
        await process.kill('SIGKILL');
        process = await spawnPlatform(settings);
        return 'daoyu';
      },
      async end() {
        await process.kill('SIGKILL');
        return await openLmdbBus({ ...BUS, folder: join(folder, 'bus') });
      },
    };
    const { outcome, killed } = await storm(stack, { alarms: ALARMS, kills: KILLS });
    console.info(`embedded, ${killed.length} kills:`, JSON.stringify(outcome));
    expectTold(outcome, killed.length);
  },
  LIMIT_MS,
);

it.runIf(requireOrSkip('nats-server and influxd', hasNats() && hasInflux()))(
  'on NATS with divided roles, kill -9 of each process in turn: the same',
  async () => {
    const [nats, influx] = await Promise.all([startNats(), startInflux()]);
    const shared = {
      ...{ DAOYU_BUS_URL: nats.url, DAOYU_STORE_URL: influx.url(), DAOYU_API_RATE: '1000000' },
      DAOYU_MQTT_MAX_CONNECTIONS_PER_ADDRESS: '10000',
    };
    const members: { readonly role: string; readonly settings: Record<string, string>; process: PlatformProcess }[] =
      [];
    for (const role of DIVIDED) {
      const ports = { DAOYU_MQTT_PORT: String(await freePort()), DAOYU_HTTP_PORT: String(await freePort()) };
      const settings = { ...shared, ...ports, DAOYU_ROLES: role, DAOYU_DATA_DIR: newDataDir() };
      members.push({ role, settings, process: await spawnPlatform(settings) });
    }
    onTestFinished(async () => {
      for (const { process } of members) await process.kill('SIGKILL');
    });
    const [broker] = members;
    const api = members.find(({ role }) => role.includes('api'));
    const stack: Stack = {
      http: api?.process.http ?? '',
      token: api?.process.token ?? '',
      mqtt: `mqtt://127.0.0.1:${broker?.settings.DAOYU_MQTT_PORT}`,
      async kill(count) {
        // Those that judge and tell come first.
        const member = [...members].reverse()[count % members.length];
        if (member === undefined) throw new Error('nobody to kill');
        await member.process.kill('SIGKILL');
        member.process = await spawnPlatform(member.settings);
        return member.role;
      },
      async end() {
        for (const { process } of members) await process.kill('SIGKILL');
        return await openJetStreamBus({ ...BUS, url: nats.url, replicas: 1, log: silent });
      },
    };
    const kills = IS_LONG ? KILLS * members.length : KILLS;
    const { outcome, killed } = await storm(stack, { alarms: ALARMS, kills });
    console.info(`NATS, ${killed.length} kills (${killed.join(', ')}):`, JSON.stringify(outcome));
    expectTold(outcome, killed.length);
  },
  LIMIT_MS * DIVIDED.length,
);
