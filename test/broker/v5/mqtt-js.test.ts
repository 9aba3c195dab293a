/** MQTT.js, which speaks MQTT 5, against a whole platform: readings, refusals, commands; over TCP and WebSocket. */
import mqtt, { type ErrorWithReasonCode, type IPublishPacket, type MqttClient, type Packet } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import type { Command } from '../../../commands/command.ts';
import { eventually } from '../../eventually.ts';
import { type Credentials, connectMqtt, type RunningPlatform, runPlatform } from '../../running-platform.ts';

const V5 = { protocolVersion: 5 } as const;

/** What the PUBACK says, and the error that MQTT.js makes of it. */
async function published(client: MqttClient, topic: string, payload: string) {
  const puback = new Promise<Extract<Packet, { cmd: 'puback' }>>((resolve) => {
    const look = (packet: Packet) => {
      if (packet.cmd !== 'puback') return;
      client.off('packetreceive', look);
      resolve(packet);
    };
    client.on('packetreceive', look);
  });
  const failed = await client.publishAsync(topic, payload, { qos: 1 }).then(
    () => undefined,
    (error: ErrorWithReasonCode) => error.code,
  );
  const { reasonCode = 0, properties } = await puback;
  return { failed, reasonCode, properties };
}

const credentialsOf = ({ clientId, username, password }: Credentials) => ({ clientId, username, password });

const latest = (running: RunningPlatform) =>
  running.get<{ latest: { values: Record<string, number> }[] }>('/api/v1/latest?device=probe');

it.each(['mqtt', 'ws'] as const)(
  'a device over %s is acknowledged, told what was refused, and obeys commands',
  async (way) => {
    const running = await runPlatform();
    const credentials = await running.addDevice('probe', 'aquaculture_pond');
    const url = running.platform.urls.mqtt[way] ?? '';
    const client = await connectMqtt(url, credentials, V5);
    const { telemetry, errors } = credentials.topics;
    expect(await published(client, telemetry, '{"dissolved_oxygen": 7.5}')).toEqual({
      failed: undefined,
      reasonCode: 0,
      properties: undefined,
    });
    await eventually(
      () => latest(running),
      ({ latest: [reading] }) => reading?.values.dissolved_oxygen === 7.5,
    );

    const told: string[] = [];
    const commands: IPublishPacket[] = [];
    client.on('message', (topic, payload, packet) => {
      if (topic === errors) told.push((JSON.parse(payload.toString()) as { code: string }).code);
      else commands.push(packet);
    });
    await client.subscribeAsync([errors, `${telemetry.replace('telemetry', 'commands')}/#`], { qos: 1 });
    const broken = await published(client, telemetry, '{"dissolved_oxygen": 7.5,}');
    expect(broken).toMatchObject({
      failed: 0x99,
      reasonCode: 0x99,
      properties: { userProperties: { code: 'PAYLOAD_NOT_JSON' } },
    });
    const partly = await published(client, telemetry, '{"dissolved_oxygen": 7.6, "ph": 77}');
    expect(partly).toMatchObject({
      failed: undefined,
      reasonCode: 0,
      properties: { userProperties: { code: 'VALUE_OUT_OF_RANGE' } },
    });
    expect(await published(client, telemetry.replace('telemetry', 'birth'), 'x')).toMatchObject({ failed: 0x90 });
    await eventually(() => told.length === 3);
    expect(told).toEqual(['PAYLOAD_NOT_JSON', 'VALUE_OUT_OF_RANGE', 'CHANNEL_UNKNOWN']);

    const path = '/api/v1/devices/daoyu/probe/commands';
    const { id } = await running.post<Command>(`${path}/aerator?expiresInSeconds=60`, { on: true });
    const command = await eventually(() => commands[0]);
    const { responseTopic, correlationData, messageExpiryInterval } = command?.properties ?? {};
    expect(responseTopic).toBe(telemetry.replace('telemetry', 'replies'));
    expect(correlationData?.toString()).toBe(id);
    expect(messageExpiryInterval).toBeGreaterThan(50);
    await client.publishAsync(responseTopic ?? '', '{"state": "done"}', {
      qos: 1,
      properties: { ...(correlationData && { correlationData }) },
    });
    await eventually(
      () => running.get<Command>(`${path}/${id}`),
      ({ state }) => state === 'done',
    );
  },
);

it('a device that was away gets the command that it missed as soon as its session resumes', async () => {
  const running = await runPlatform();
  const credentials = await running.addDevice('probe', 'aquaculture_pond');
  const topic = credentials.topics.telemetry.replace('telemetry', 'commands/#');
  const session = { ...V5, clean: false, properties: { sessionExpiryInterval: 3600 } };
  const url = running.platform.urls.mqtt.mqtt ?? '';
  const first = await connectMqtt(url, credentials, session);
  await first.subscribeAsync(topic, { qos: 1 });
  await first.endAsync(true);
  await running.post('/api/v1/devices/daoyu/probe/commands/aerator?expiresInSeconds=60', { on: true });
  const heard: string[] = [];
  const second = mqtt.connect(url, { ...credentialsOf(credentials), ...session, reconnectPeriod: 0 });
  onTestFinished(() => second.endAsync(true));
  second.on('message', (name) => heard.push(name));
  await eventually(() => heard.length > 0);
  expect(heard[0]).toBe(topic.replace('#', 'aerator'));
});
