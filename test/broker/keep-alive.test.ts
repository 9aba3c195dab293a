import { readFileSync } from 'node:fs';
import mqttPacket from 'mqtt-packet';
import { expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { connectPacket, openTestBroker, publishPacket } from './open-test-broker.ts';

async function open(admit?: () => Promise<void>) {
  let now = 1000;
  const test = await openTestBroker({
    ...(admit && { admit }),
    limits: { minKeepAliveSeconds: 1, maxKeepAliveSeconds: 100, admitTimeoutMs: 1_000_000 },
    monotonic: () => now,
  });
  const client = await test.raw();
  client.send(connectPacket('probe', { keepalive: 10 }));
  await client.next('connack');
  const wait = (seconds: number) => {
    now += seconds * 1000;
  };
  const looks = () => new Promise((resolve) => setTimeout(resolve, 1200));
  return { ...test, client, looks, wait };
}

it('a client that is silent for one and a half times its keep-alive is closed, and not before', async () => {
  const { client, wait, looks, broker } = await open();
  wait(14.9);
  await looks();
  expect(broker.status().connections).toBe(1);
  wait(0.2);
  await client.closed;
  expect(broker.status().refused).toMatchObject({ keepalive: 1 });
});

it('telemetry alone keeps it', async () => {
  const { client, wait, looks, broker } = await open();
  for (let id = 1; id < 4; id++) {
    wait(14);
    const puback = client.next('puback');
    client.send(publishPacket(id));
    await puback;
    await looks();
  }
  expect(broker.status().connections).toBe(1);
});

it('a byte a second of a packet that never ends does not', async () => {
  const { client, wait } = await open();
  const bytes = mqttPacket.generate(publishPacket(1, 'x'.repeat(100)));
  for (let at = 0; at < 20 && !client.socket.destroyed; at++) {
    client.socket.write(bytes.subarray(at, at + 1));
    await new Promise((resolve) => setTimeout(resolve, 10));
    wait(1);
  }
  await client.closed;
});

it('but its packet is taken when the bytes come in time, one by one', async () => {
  const { client, admitted } = await open();
  for (const byte of mqttPacket.generate(publishPacket(1, '{"a":1}'))) {
    client.socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  await eventually(() => client.packets.some(({ cmd }) => cmd === 'puback'));
  expect(admitted).toHaveLength(1);
});

it('a client whose publishes wait for the log is not silent', async () => {
  let release = () => {};
  const verdict = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { client, wait, looks, broker } = await open(() => verdict);
  client.send(publishPacket(1));
  await eventually(() => broker.status().inFlight === 1);
  wait(60);
  await looks();
  release();
  await eventually(() => client.packets.some(({ cmd }) => cmd === 'puback'));
});

it('aedes stays on the line whose answer to an error of authorizePublish is to close the connection', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  // Its MQTT 5 line answers it with a final PUBACK: a full log would become loss.
  expect(manifest.dependencies.aedes).toMatch(/^~1\.2\./);
});
