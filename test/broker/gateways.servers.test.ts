/** One credential, many children: stock firmware behind a gateway, with its own topics. */
import type { MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import type { LedgerAnswer } from '../ledger-answer.ts';
import { type RunningPlatform, runPlatform } from '../running-platform.ts';

const AT = Date.UTC(2026, 6, 20, 4, 0, 0);

interface Problem {
  readonly quarantine: readonly { readonly id: string; readonly device: string; readonly reason: { code: string } }[];
}

async function row(running: RunningPlatform, device: string) {
  const { ledger } = await running.get<LedgerAnswer>('/api/v1/ledger?park=daoyu');
  return ledger.find((each) => each.device === device);
}

const stored = (running: RunningPlatform, device: string, count: number) =>
  eventually(
    () => row(running, device),
    (found) => found?.stored === count && found.pending === 0,
  );

/** MQTT 5 says in the PUBACK what 3.1.1 says on the topic of errors alone. */
const sent = (publish: Promise<unknown>) => publish.catch((error: { code?: number }) => expect(error.code).toBe(0x83));

function listen(client: MqttClient) {
  const heard: { readonly topic: string; readonly text: string }[] = [];
  client.on('message', (topic, payload) => heard.push({ topic, text: payload.toString() }));
  return heard;
}

describe.each([
  ['3.1.1', 4],
  ['5', 5],
] as const)('a gateway that speaks MQTT %s', (_, protocolVersion) => {
  const open = async () => {
    const running = await runPlatform();
    const gateway = await running.addDevice('bridge', 'aquaculture_pond', { isGateway: true });
    const child = (device: string, more: object) =>
      running.addDevice(device, 'aquaculture_pond', { gateway: 'bridge', ...more });
    return { running, gateway, child };
  };

  it('speaks for its children on their topics, and hears what they are told', async () => {
    const { running, gateway, child } = await open();
    await child('north', { topics: ['zigbee2mqtt/north pond'], mapping: { keys: { oxygen: 'dissolved_oxygen' } } });
    await child('south', { topics: ['tele/south/#'], mapping: { keys: { 'S.O2': 'dissolved_oxygen' } } });
    await child('west', {});
    const client = await running.connect(gateway, { protocolVersion });
    const heard = listen(client);
    await client.subscribeAsync(['daoyu/daoyu/north/errors', 'daoyu/daoyu/north/commands/#'], { qos: 1 });
    const payload = JSON.stringify({ oxygen: 6.4, last_seen: AT, linkquality: 90, odd: 1 });
    await client.publishAsync('zigbee2mqtt/north pond', payload, { qos: 1 });
    await client.publishAsync('tele/south/SENSOR', '{"Time":"2026-07-20T12:00:00+08:00","S":{"O2":6.5}}', { qos: 1 });
    await client.publishAsync('tele/south/LWT', 'Online', { qos: 1, retain: true });
    await client.publishAsync('daoyu/daoyu/west/telemetry', `{"time":${AT},"ph":7.1}`, { qos: 1 });
    for (const device of ['north', 'south', 'west']) await stored(running, device, 1);
    await running.post('/api/v1/devices/daoyu/north/commands/aerator', { on: true });
    await eventually(
      async () => heard,
      (list) => list.length === 2,
    );
    expect(heard.map(({ topic }) => topic).sort()).toEqual([
      'daoyu/daoyu/north/commands/aerator',
      'daoyu/daoyu/north/errors',
    ]);
  });

  it('is told of a child that nobody registered, whose messages are recovered once it is', async () => {
    const { running, gateway, child } = await open();
    const client = await running.connect(gateway, { protocolVersion });
    const heard = listen(client);
    await client.subscribeAsync(gateway.topics.errors, { qos: 1 });
    for (let count = 0; count < 2; count++)
      await sent(client.publishAsync('tele/new/SENSOR', `{"time":${AT + count},"ph":7.1}`, { qos: 1 }));
    await eventually(
      async () => heard,
      (list) => list.length === 1,
    );
    expect(heard[0]?.text).toMatch(/CHILD_UNKNOWN.*--gateway bridge --topic 'tele\/new\/SENSOR'/);
    await child('new', { topics: ['tele/new/SENSOR'] });
    const { quarantine } = await eventually(
      () => running.get<Problem>('/api/v1/quarantine'),
      (answer) => answer.quarantine.length === 2,
    );
    for (const { id } of quarantine) await running.post(`/api/v1/quarantine/${id}/replay`);
    await stored(running, 'new', 2);
    expect(await row(running, 'bridge')).toMatchObject({ received: 0, quarantined: 0 });
  });

  it('may not speak for the child of another, nor of another park, nor hear them', async () => {
    const { running, gateway } = await open();
    await running.addDevice('stranger', 'aquaculture_pond', { topics: ['tele/stranger/SENSOR'] });
    const client = await running.connect(gateway, { protocolVersion, reconnectPeriod: 0 });
    const granted = await client.subscribeAsync('daoyu/daoyu/stranger/errors', { qos: 1 }).catch(() => []);
    expect(granted.every(({ qos }) => qos >= 128)).toBe(true);
    // On a topic of somebody else's it is nobody's: kept, never the stranger's.
    await sent(client.publishAsync('tele/stranger/SENSOR', '{"ph":7}', { qos: 1 }));
    await eventually(
      () => row(running, 'bridge'),
      (found) => found?.quarantined === 1,
    );
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.publishAsync('daoyu/daoyu/stranger/telemetry', '{"ph":7}', { qos: 1 }).catch(() => {});
    if (protocolVersion === 4) await closed;
    expect((await row(running, 'stranger'))?.received ?? 0).toBe(0);
  });

  it('sends all on one topic, where the messages say whose they are', async () => {
    const { running, gateway, child } = await open();
    await child('node', { ids: ['A84041FFFF000001'], kind: 'aquaculture_pond' });
    const client = await running.connect(gateway, { protocolVersion });
    const uplink = (devEui: string) =>
      JSON.stringify({ time: '2026-07-20T04:00:00Z', deviceInfo: { devEui }, fCnt: 1, object: { ph: 7.2 } });
    await client.publishAsync(gateway.topics.telemetry, uplink('a84041ffff000001'), { qos: 1 });
    await sent(client.publishAsync(gateway.topics.telemetry, uplink('a84041ffff000002'), { qos: 1 }));
    await stored(running, 'node', 1);
    await eventually(
      () => row(running, 'bridge'),
      (found) => found?.quarantined === 1,
    );
  });
});

describe.each([
  ['3.1.1', 4],
  ['5', 5],
] as const)('firmware of another platform by MQTT %s', (_, protocolVersion) => {
  const POST = '/sys/a1/pond/thing/event/property/post';

  it('gets the answer of Alink once its message is durable', async () => {
    const running = await runPlatform();
    const device = await running.addDevice('pond', 'aquaculture_pond', { topics: [POST] });
    const client = await running.connect(device, { protocolVersion });
    const heard = listen(client);
    await client.subscribeAsync(`${POST}_reply`, { qos: 1 });
    const post = (id: string, params: object) =>
      sent(
        client.publishAsync(POST, JSON.stringify({ id, version: '1.0', params, method: 'thing.event.property.post' }), {
          qos: 1,
        }),
      );
    await post('1', { DO: { value: 6.4, time: AT } });
    await post('2', { DO: { value: 640, time: AT + 1 } });
    await eventually(
      async () => heard,
      (list) => list.length === 2,
    );
    const [first, second] = heard.map(({ text }) => JSON.parse(text) as { id: string; code: number; message: string });
    expect(first).toMatchObject({ id: '1', code: 200, data: {} });
    expect(second).toMatchObject({ id: '2', code: 460 });
    expect(second?.message).toMatch(/scaled by 100/);
    await stored(running, 'pond', 1);
  });

  it('gets that of OneNET', async () => {
    const topic = '$sys/p1/pond/thing/property/post';
    const running = await runPlatform();
    const device = await running.addDevice('pond', 'aquaculture_pond', { topics: [topic] });
    const client = await running.connect(device, { protocolVersion });
    const heard = listen(client);
    await client.subscribeAsync(`${topic}/reply`, { qos: 1 });
    await client.publishAsync(topic, '{"id":"7","version":"1.0","params":{"DO":{"value":6.4}}}', { qos: 1 });
    await eventually(
      async () => heard,
      (list) => list.length === 1,
    );
    expect(heard[0]).toMatchObject({ topic: `${topic}/reply` });
    expect(JSON.parse(heard[0]?.text ?? '')).toEqual({ id: '7', code: 200, msg: 'success' });
  });
});

it('what a gateway posts by HTTP goes to the child that it names', async () => {
  const running = await runPlatform();
  const gateway = await running.addDevice('tts', 'aquaculture_pond', { isGateway: true });
  await running.addDevice('node', 'aquaculture_pond', { gateway: 'tts', ids: ['pond-node'] });
  const post = async (id: string) => {
    const response = await fetch(new URL('/api/v1/intake/tts', running.platform.urls.http), {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.username}.${gateway.password}` },
      body: JSON.stringify({
        end_device_ids: { device_id: id },
        received_at: '2026-07-20T04:00:00Z',
        uplink_message: { decoded_payload: { ph: 7.2 } },
      }),
    });
    return [response.status, ((await response.json()) as { code?: string }).code];
  };
  expect(await post('pond-node')).toEqual([200, undefined]);
  expect(await post('other')).toEqual([422, 'CHILD_UNKNOWN']);
  await stored(running, 'node', 1);
});

it('a topic or an id belongs to one device, and a gateway stands behind none', async () => {
  const running = await runPlatform();
  const add = (device: string, more: object) => running.addDevice(device, 'aquaculture_pond', more);
  await add('bridge', { isGateway: true });
  await add('a', { gateway: 'bridge', topics: ['x/a'], ids: ['ID-1'] });
  await expect(add('b', { gateway: 'bridge', topics: ['x/a'] })).rejects.toThrow(/belongs to a already/);
  await expect(add('b', { ids: ['id-1'] })).rejects.toThrow(/belongs to a already/);
  await expect(add('b', { gateway: 'a' })).rejects.toThrow(/behind a gateway itself/);
  await expect(add('b', { gateway: 'nobody' })).rejects.toThrow(/could be a gateway/);
  await expect(add('b', { topics: ['daoyu/daoyu/a/telemetry'] })).rejects.toThrow(/topic of the platform/);
  await expect(add('b', { topics: ['x/#/y'] })).rejects.toThrow(/no MQTT filter/);
});
