import { randomBytes } from 'node:crypto';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { connectPacket, openTestBroker, publishPacket } from './open-test-broker.ts';

describe('an oversized packet', () => {
  it('of a known device is swallowed, handed over with its size and head, acknowledged, and the connection stays', async () => {
    const oversized: { sizeBytes: number; head: Uint8Array; topic: string }[] = [];
    const { connect, admitted } = await openTestBroker({
      admitOversize: async (message) => void oversized.push(message),
    });
    const client = await connect();
    let closed = 0;
    client.on('close', () => closed++);
    const payload = Buffer.concat([Buffer.from('{"head":1,'), randomBytes(2_000_000)]);
    await client.publishAsync('daoyu/park/probe/telemetry', payload, { qos: 1 });
    await client.publishAsync('daoyu/park/probe/telemetry', '{"after":1}', { qos: 1 });
    expect(oversized).toHaveLength(1);
    expect(oversized[0]).toMatchObject({ sizeBytes: payload.length, topic: 'daoyu/park/probe/telemetry' });
    expect(Buffer.from(oversized[0]?.head ?? []).equals(payload.subarray(0, 1024))).toBe(true);
    expect(admitted.map((message) => Buffer.from(message.payload).toString())).toEqual(['{"after":1}']);
    expect(closed).toBe(0);
  });

  it('arriving byte by byte between good ones disturbs none of them', async () => {
    const sizes: number[] = [];
    const { raw, admitted } = await openTestBroker({
      limits: { maxPacketBytes: 200 },
      admitOversize: async (message) => void sizes.push(message.sizeBytes),
    });
    const client = await raw();
    client.send(connectPacket());
    await client.next('connack');
    const packets = [
      publishPacket(1, 'one'),
      publishPacket(2, 'x'.repeat(5000)),
      publishPacket(3, 'three'),
      publishPacket(4, 'y'.repeat(300), { qos: 0 }),
      publishPacket(5, 'five'),
    ];
    const bytes = Buffer.concat(packets.map((packet) => mqttPacket.generate(packet)));
    for (let at = 0; at < bytes.length; at += 37) {
      client.socket.write(bytes.subarray(at, at + 37));
      await new Promise(setImmediate);
    }
    await eventually(() => client.packets.filter((packet) => packet.cmd === 'puback').length === 4);
    expect(admitted.map((message) => Buffer.from(message.payload).toString())).toEqual(['one', 'three', 'five']);
    expect(sizes).toEqual([5000, 300]);
  });

  it('of a stranger is not even read: a CONNECT beyond 4 kB, or a length of 256 MB, closes the connection', async () => {
    const { raw } = await openTestBroker();
    const big = await raw();
    big.send(connectPacket('probe', { will: { topic: 'x', payload: randomBytes(5000), qos: 0, retain: false } }));
    await big.closed;
    const huge = await raw();
    huge.socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4]));
    await huge.closed;
    const malformed = await raw();
    malformed.socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff]));
    await malformed.closed;
  });
});

describe('a frozen subscriber', () => {
  it('does not stop the PUBACKs of others, and is closed', async () => {
    const { raw, connect, broker } = await openTestBroker({ limits: { drainTimeoutMs: 500 } });
    const frozen = await raw();
    frozen.send(connectPacket('frozen'));
    await frozen.next('connack');
    frozen.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'daoyu/park/frozen/errors', qos: 0 }],
    } as never);
    await frozen.next('suback');
    frozen.socket.pause();
    const flood = 'x'.repeat(60_000);
    for (let count = 0; count < 300; count++) await broker.tell({ park: 'park', device: 'frozen' }, 'errors', flood);
    const other = await connect('other');
    for (let count = 0; count < 200; count++) await other.publishAsync('daoyu/park/other/telemetry', '{}', { qos: 1 });
    expect(broker.status().acknowledged).toBe(200);
    await eventually(() => !broker.isConnected({ park: 'park', device: 'frozen' }));
  });
});

describe('garbage', () => {
  it('on the socket, before and after CONNECT, closes that connection only', async () => {
    const { raw, connect } = await openTestBroker();
    for (let count = 0; count < 20; count++) {
      const before = await raw();
      before.socket.end(randomBytes(200));
      const after = await raw();
      after.send(connectPacket(`g-${count}`));
      await after.next('connack');
      after.socket.end(Buffer.concat([Buffer.from([0x00]), randomBytes(200)]));
      await Promise.all([before.closed, after.closed]);
    }
    await (await connect('good')).publishAsync('daoyu/park/good/telemetry', '{}', { qos: 1 });
  });
});

describe('a busy port', () => {
  it('is named, with the setting that changes it', async () => {
    const { port } = await openTestBroker();
    await expect(openTestBroker({ tcpPort: port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining('DAOYU_MQTT_PORT'),
    });
  });
});
