import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../eventually.ts';
import { type Credentials, type RunningPlatform, runPlatform } from '../../running-platform.ts';
import { hasMosquitto, startMosquitto } from '../../servers/mosquitto.ts';
import { hasNats, startNats } from '../../servers/nats.ts';

interface LedgerRow {
  readonly device: string;
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly quarantined: number;
  readonly pending: number;
}

const NOW = Date.now() - 3_600_000;

/** A device of the other broker: it signs in there as that broker wants, and knows ours not at all. */
async function connectTo(url: string, { clientId }: Pick<Credentials, 'clientId'>, more = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { clientId, reconnectPeriod: 50, protocolVersion: 5, ...more });
  client.on('error', () => {});
  onTestFinished(async () => {
    await client.endAsync(true);
  });
  return client;
}

const ledger = async ({ get }: RunningPlatform) =>
  (await get<{ ledger: readonly LedgerRow[] }>('/api/v1/ledger?park=daoyu')).ledger;

const isBridged = ({ get }: RunningPlatform) =>
  eventually(
    () => get<{ checks: readonly { name: string; message?: string }[] }>('/readyz'),
    ({ checks }) => checks.some(({ name, message }) => name === 'bridge' && message === undefined),
  );

const isCutOff = ({ get }: RunningPlatform, url: string) =>
  eventually(
    () => get<{ checks: readonly { name: string; message?: string }[] }>('/readyz'),
    ({ checks }) => checks.some(({ name, message }) => name === 'bridge' && message?.includes(url)),
  );

const reading = (index: number) =>
  JSON.stringify({ time: NOW + index * 1000, dissolved_oxygen: 6 + (index % 10) / 10 });

describe.runIf(hasMosquitto())('a bridge to mosquitto', () => {
  it('stores once what devices publish there, and answers a refused payload there', async () => {
    const mosquitto = await startMosquitto();
    const running = await runPlatform({ DAOYU_MQTT_BRIDGE: mosquitto.url });
    const credentials = await running.addDevice('bridged', 'aquaculture_pond');
    await isBridged(running);
    const device = await connectTo(mosquitto.url, credentials);
    const answers: { code: string; field?: string }[] = [];
    device.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString('utf8'))));
    await device.subscribeAsync(credentials.topics.errors, { qos: 1 });

    await device.publishAsync(credentials.topics.telemetry, reading(1), { qos: 1 });
    await device.publishAsync(credentials.topics.telemetry, reading(1), { qos: 1 });
    await device.publishAsync(credentials.topics.telemetry, '{"dissolved_oxygen": 653}', { qos: 1 });
    await device.publishAsync(credentials.topics.telemetry, 'x'.repeat(300 * 1024), { qos: 1 });

    const rows = await eventually(
      () => ledger(running),
      (all) => all[0]?.received === 4 && all[0].pending === 0,
    );
    expect(rows).toMatchObject([{ device: 'bridged', received: 4, stored: 1, duplicate: 1, quarantined: 2 }]);
    await eventually(() => answers.length === 2);
    expect(answers).toMatchObject([
      { code: 'VALUE_OUT_OF_RANGE', field: 'dissolved_oxygen' },
      { code: 'PAYLOAD_TOO_LARGE' },
    ]);
  });

  it('puts what an unknown device or a topic of nobody sends into quarantine, with the reason', async () => {
    const mosquitto = await startMosquitto();
    const running = await runPlatform({ DAOYU_MQTT_BRIDGE: mosquitto.url });
    await isBridged(running);
    const stranger = await connectTo(mosquitto.url, { clientId: 'stranger' });
    await stranger.publishAsync('daoyu/daoyu/ghost/telemetry', reading(1), { qos: 1 });
    await stranger.publishAsync('daoyu/daoyu/ghost/status', 'online', { qos: 1 });
    await stranger.publishAsync('daoyu/Not A Park/x/telemetry', reading(2), { qos: 1 });
    const { quarantine } = await eventually(
      () => running.get<{ quarantine: readonly { topic: string; reason: { code: string } }[] }>('/api/v1/quarantine'),
      (answer) => answer.quarantine.length === 3,
    );
    expect(quarantine.map(({ topic, reason }) => [topic, reason.code])).toEqual([
      ['daoyu/Not A Park/x/telemetry', 'DEVICE_UNKNOWN'],
      ['daoyu/daoyu/ghost/status', 'DEVICE_UNKNOWN'],
      ['daoyu/daoyu/ghost/telemetry', 'DEVICE_UNKNOWN'],
    ]);
  });

  it('quarantines a bad status that is kept retained there once, however often the connection is made anew', async () => {
    const mosquitto = await startMosquitto();
    const running = await runPlatform({ DAOYU_MQTT_BRIDGE: `${mosquitto.url}?group=none` });
    const credentials = await running.addDevice('bridged', 'aquaculture_pond');
    await isBridged(running);
    const device = await connectTo(mosquitto.url, credentials);
    const quarantined = async () =>
      (await running.get<{ quarantine: readonly { topic: string }[] }>('/api/v1/quarantine')).quarantine.length;
    await device.publishAsync(credentials.topics.status, 'on-line', { qos: 1, retain: true });
    await eventually(async () => (await quarantined()) === 1);
    for (let round = 0; round < 2; round++) {
      await mosquitto.stop('SIGTERM');
      await isCutOff(running, mosquitto.url);
      await mosquitto.start();
      await isBridged(running);
    }
    await eventually(() => device.connected);
    // Live, it is a message of its own; and what is quarantined now is behind all that was kept.
    await device.publishAsync(credentials.topics.status, 'on-line', { qos: 1, retain: true });
    await eventually(async () => (await quarantined()) >= 2);
    expect(await quarantined()).toBe(2);
  }, 60_000);

  it('acknowledges nothing before it is durable: what a lost process had not appended comes again', async () => {
    const mosquitto = await startMosquitto();
    const dataDir = mkdtempSync(join(tmpdir(), 'daoyu-'));
    const environment = { DAOYU_MQTT_BRIDGE: mosquitto.url, DAOYU_DATA_DIR: dataDir };
    const taken: string[] = [];
    const stuck = await runPlatform(
      { ...environment, DAOYU_MQTT_ADMIT_TIMEOUT: '100ms' },
      { wrapAdmit: () => (message) => new Promise(() => taken.push(message.topic)) },
    );
    const credentials = await stuck.addDevice('bridged', 'aquaculture_pond');
    await isBridged(stuck);
    const device = await connectTo(mosquitto.url, credentials);
    for (let index = 0; index < 50; index++)
      await device.publishAsync(credentials.topics.telemetry, reading(index), { qos: 1 });
    await eventually(() => taken.length === 50);
    await stuck.platform.close();
    const mended = await runPlatform(environment);
    const rows = await eventually(
      () => ledger(mended),
      (all) => all[0]?.stored === 50,
    );
    expect(rows).toMatchObject([{ received: 50, stored: 50, duplicate: 0, pending: 0 }]);
  }, 30_000);

  it('keeps the order and loses nothing while the log refuses', async () => {
    const mosquitto = await startMosquitto();
    const admitted: number[] = [];
    let fullUntil: number | undefined;
    const running = await runPlatform(
      { DAOYU_MQTT_BRIDGE: mosquitto.url },
      {
        wrapAdmit: (admit) => async (message) => {
          const time = Number(JSON.parse(Buffer.from(message.payload).toString('utf8')).time);
          // Full in the midst of the load, for more than one try.
          if (time >= NOW + 40_000) fullUntil ??= performance.now() + 1500;
          if (performance.now() < (fullUntil ?? 0)) throw new Error('full');
          admitted.push(time);
          await admit(message);
        },
      },
    );
    const credentials = await running.addDevice('bridged', 'aquaculture_pond');
    await isBridged(running);
    const device = await connectTo(mosquitto.url, credentials);
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        device.publishAsync(credentials.topics.telemetry, reading(index), { qos: 1 }),
      ),
    );
    await eventually(
      () => ledger(running),
      (all) => all[0]?.stored === 100,
      90_000,
    );
    expect(admitted).toEqual(Array.from({ length: 100 }, (_, index) => NOW + index * 1000));
  }, 120_000);

  it('comes back after a restart of mosquitto, and goes on', async () => {
    const mosquitto = await startMosquitto();
    const running = await runPlatform({ DAOYU_MQTT_BRIDGE: mosquitto.url });
    const credentials = await running.addDevice('bridged', 'aquaculture_pond');
    await isBridged(running);
    const device = await connectTo(mosquitto.url, credentials);
    await device.publishAsync(credentials.topics.telemetry, reading(1), { qos: 1 });
    await mosquitto.stop();
    await isCutOff(running, mosquitto.url);
    await mosquitto.start();
    // mosquitto 2.0.11 forgets shared subscriptions in a restart: only from here on it keeps for us.
    await isBridged(running);
    await device.publishAsync(credentials.topics.telemetry, reading(2), { qos: 1 });
    await eventually(
      () => ledger(running),
      (all) => all[0]?.stored === 2,
    );
  }, 40_000);

  it('alone, without a group, also gets what came between the restart and its return', async () => {
    const mosquitto = await startMosquitto();
    const running = await runPlatform({ DAOYU_MQTT_BRIDGE: `${mosquitto.url}?group=none` });
    const credentials = await running.addDevice('bridged', 'aquaculture_pond');
    await isBridged(running);
    await mosquitto.stop();
    await isCutOff(running, mosquitto.url);
    await mosquitto.start();
    // At once, so before or after the bridge is back, as it happens.
    const device = await connectTo(mosquitto.url, credentials);
    await device.publishAsync(credentials.topics.telemetry, reading(2), { qos: 1 });
    await eventually(
      () => ledger(running),
      (all) => all[0]?.stored === 1,
    );
  }, 40_000);

  it('shares the load with another bridge', async () => {
    const mosquitto = await startMosquitto();
    const both = [
      await runPlatform({ DAOYU_MQTT_BRIDGE: mosquitto.url }),
      await runPlatform({ DAOYU_MQTT_BRIDGE: mosquitto.url }),
    ];
    const credentials = await Promise.all(both.map((each) => each.addDevice('bridged', 'aquaculture_pond')));
    for (const each of both) await isBridged(each);
    const device = await connectTo(mosquitto.url, credentials[0] ?? { clientId: '' });
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        device.publishAsync(credentials[0]?.topics.telemetry ?? '', reading(index), { qos: 1 }),
      ),
    );
    const shares = await eventually(
      async () => (await Promise.all(both.map(ledger))).map(([row]) => row?.stored ?? 0),
      ([first = 0, second = 0]) => first + second === 200,
    );
    expect(Math.min(...shares)).toBeGreaterThan(20);
  }, 30_000);

  it('signs in, and names neither user nor password anywhere', async () => {
    const mosquitto = await startMosquitto({ 'bridge-user': 'a secret word', pond: 'pond' });
    const lines: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    const url = mosquitto.url.replace('mqtt://', 'mqtt://bridge-user:a%20secret%20word@');
    const running = await runPlatform({ DAOYU_MQTT_BRIDGE: url }, { log });
    const credentials = await running.addDevice('bridged', 'aquaculture_pond');
    await isBridged(running);
    await mosquitto.stop();
    await eventually(() => lines.some((line) => line.includes('bridge: not connected')));
    const wrong = await runPlatform({ DAOYU_MQTT_BRIDGE: url.replace('secret', 'wrong') }, { log });
    await mosquitto.start();
    const { checks } = await eventually(
      () => wrong.get<{ checks: readonly { name: string; message?: string }[] }>('/readyz'),
      (answer) => answer.checks.some(({ message }) => /not authori[sz]ed/i.test(message ?? '')),
    );
    await isBridged(running);
    const device = await connectTo(mosquitto.url, credentials, { username: 'pond', password: 'pond' });
    await device.publishAsync(credentials.topics.telemetry, reading(1), { qos: 1 });
    await eventually(
      () => ledger(running),
      (all) => all[0]?.stored === 1,
    );
    expect(lines.join('') + JSON.stringify(checks)).not.toMatch(/bridge-user|secret|wrong%20|a wrong/);
  }, 30_000);
});

describe.runIf(hasNats())('a bridge to the MQTT listener of NATS, which speaks 3.1.1', () => {
  it('stores once and answers', async () => {
    const { freePort } = await import('../../kill/spawn-platform.ts');
    const port = await freePort();
    await startNats({
      configuration: `server_name: bridged\nmqtt { listen: "127.0.0.1:${port}", max_ack_pending: 1000 }`,
    });
    const url = `mqtt://127.0.0.1:${port}`;
    const running = await runPlatform({ DAOYU_MQTT_BRIDGE: `${url}?version=3.1.1` });
    const credentials = await running.addDevice('bridged', 'aquaculture_pond');
    await isBridged(running);
    // With the dot of our own broker's ids nats-server 2.12 and newer would refuse it.
    const device = await connectTo(url, { clientId: 'daoyu-bridged' }, { protocolVersion: 4 });
    const answers: string[] = [];
    device.on('message', (_topic, payload) => answers.push(payload.toString('utf8')));
    await device.subscribeAsync(credentials.topics.errors, { qos: 1 });
    for (let index = 0; index < 20; index++)
      await device.publishAsync(credentials.topics.telemetry, reading(index), { qos: 1 });
    await device.publishAsync(credentials.topics.telemetry, '{', { qos: 1 });
    const rows = await eventually(
      () => ledger(running),
      (all) => all[0]?.received === 21 && all[0].pending === 0,
    );
    expect(rows).toMatchObject([{ stored: 20, duplicate: 0, quarantined: 1 }]);
    await eventually(() => answers.length === 1);
  });
});
