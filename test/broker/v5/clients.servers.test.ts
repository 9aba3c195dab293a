/** Others' clients that speak MQTT 5, as programs: mosquitto_pub and mosquitto_sub, paho-mqtt; and kills of the platform under MQTT.js. */
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import type { Command } from '../../../commands/command.ts';
import { eventually } from '../../eventually.ts';
import { httpClient } from '../../http-client.ts';
import { compare, storedOf } from '../../kill/comparison.ts';
import { openCountingDevice } from '../../kill/counting-device.ts';
import { freePort, spawnPlatform } from '../../kill/spawn-platform.ts';
import { hasProgram, requireOrSkip } from '../../require.ts';
import { type Credentials, newDataDir, runPlatform } from '../../running-platform.ts';

const run = promisify(execFile);

it.runIf(requireOrSkip('mosquitto_pub', hasProgram('mosquitto_pub')))(
  'mosquitto_pub and mosquitto_sub publish at each QoS, are told why, and resume a session',
  async () => {
    const { platform, addDevice, get, post } = await runPlatform();
    const credentials = await addDevice('probe', 'aquaculture_pond');
    const { hostname, port } = new URL(platform.urls.mqtt.mqtt ?? '');
    const { clientId, username, password, topics } = credentials;
    const login = ['-V', 'mqttv5', '-h', hostname, '-p', port, '-i', clientId, '-u', username, '-P', password];
    const publish = async (message: string, ...options: string[]) =>
      (await run('mosquitto_pub', [...login, '-t', topics.telemetry, '-m', message, ...options], { timeout: 10_000 }))
        .stderr;

    for (const qos of ['0', '1', '2'])
      await publish(`{"dissolved_oxygen": ${qos}.5}`, '-q', qos, '-D', 'publish', 'topic-alias', '1');
    await eventually(
      () => get<{ latest: { values: Record<string, number> }[] }>('/api/v1/latest?device=probe'),
      ({ latest }) => latest[0]?.values.dissolved_oxygen === 2.5,
    );
    const wrong = await run('mosquitto_pub', [...login, '-P', 'wrong', '-t', 'x', '-m', 'x', '-q', '1']).catch(
      (error) => error,
    );
    expect(wrong).toMatchObject({ code: 134 });

    const commands = topics.telemetry.replace('telemetry', 'commands/#');
    const listen = ['-x', '3600', '-c', '-q', '1', '-t', commands, '-F', '%t %R %D %p'];
    await run('mosquitto_sub', [...login, '-E', ...listen], { timeout: 10_000 });
    const { id } = await post<Command>('/api/v1/devices/daoyu/probe/commands/aerator?expiresInSeconds=60', {
      on: true,
    });
    const { stdout } = await run('mosquitto_sub', [...login, '-C', '1', ...listen], { timeout: 10_000 });
    expect(stdout.trim()).toContain(
      `${topics.telemetry.replace('telemetry', 'commands/aerator')} ${topics.telemetry.replace('telemetry', 'replies')} ${id}`,
    );
  },
  60_000,
);

const paho = process.env.DAOYU_TEST_PAHO;

it.runIf(requireOrSkip('paho-mqtt (.ci/paho-mqtt, DAOYU_TEST_PAHO)', paho !== undefined))(
  'paho-mqtt publishes, is told, and obeys a command by response topic and correlation data',
  async () => {
    const { platform, addDevice, get, post } = await runPlatform();
    const { username, password } = await addDevice('probe', 'aquaculture_pond');
    const { hostname, port } = new URL(platform.urls.mqtt.mqtt ?? '');
    const script = fileURLToPath(new URL('./device.py', import.meta.url));
    const device = spawn('python3', [script, hostname, port, username, password], {
      env: { ...process.env, PYTHONPATH: paho },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void device.kill());
    const events: object[] = [];
    createInterface({ input: device.stdout }).on('line', (line) => events.push(JSON.parse(line) as object));
    await eventually(() => events.length >= 6);
    expect(events.slice(0, 2)).toEqual([
      { event: 'connected', reason: 0, receiveMaximum: 100 },
      { event: 'subscribed', reasons: [1, 1] },
    ]);
    expect(events).toContainEqual({ event: 'acknowledged', reason: 0, code: null });
    expect(events).toContainEqual({ event: 'acknowledged', reason: 0x99, code: 'PAYLOAD_NOT_JSON' });
    expect(events).toContainEqual({ event: 'told', code: 'PAYLOAD_NOT_JSON' });
    const path = '/api/v1/devices/daoyu/probe/commands';
    const { id } = await post<Command>(`${path}/aerator?expiresInSeconds=60`, { on: true });
    await eventually(
      () => get<Command>(`${path}/${id}`),
      ({ state }) => state === 'done',
    );
  },
  60_000,
);

it('what MQTT 5 acknowledged is stored once, whenever the platform is killed', async () => {
  const settings = { DAOYU_DATA_DIR: newDataDir(), DAOYU_MQTT_PORT: String(await freePort()) };
  let platform = await spawnPlatform(settings);
  const client = () => httpClient(platform.http, platform.token);
  const body = { park: 'daoyu', site: 'kill-site', device: 'probe', kind: 'aquaculture_pond' };
  const credentials = await client().post<Credentials>('/api/v1/devices', body);
  const since = Date.now() - 86_400_000;
  const device = openCountingDevice(platform.mqtt, credentials, since, { protocolVersion: 5 });
  device.start();
  for (let kill = 0; kill < 2; kill++) {
    const before = device.acknowledged.size;
    await eventually(() => device.acknowledged.size > before + 100);
    await platform.kill('SIGKILL');
    platform = await spawnPlatform(settings);
  }
  await device.finish();
  await device.close();
  const points = await eventually(
    () => storedOf(client().get, device, since),
    (stored) => stored.length >= device.acknowledged.size,
  );
  const comparison = compare(points, device);
  console.info('MQTT 5, 2 kills:', comparison);
  expect(comparison).toMatchObject({ missing: 0, doubled: 0, phantom: 0, wrong: 0 });
  expect(comparison.acknowledged).toBeGreaterThan(200);
  await platform.kill('SIGTERM');
}, 120_000);
