/** Connections of MQTT 5, by the rules of the specification that each test names. */
import { describe, expect, it } from 'vitest';
import { openTestBroker } from '../open-test-broker.ts';
import { connectV5, connectV5Packet, encode, OWN, openV5 } from './v5-client.ts';

const pond = { park: 'park', device: 'probe' };

describe('CONNECT', () => {
  it('is answered with what the server holds to [MQTT5 3.2.2.3]', async () => {
    const { port } = await openTestBroker();
    const { connack } = await connectV5(port);
    expect(connack).toMatchObject({ reasonCode: 0, sessionPresent: false });
    expect(connack.properties).toEqual({
      ...{
        receiveMaximum: 100,
        maximumPacketSize: 64 * 1024,
        topicAliasMaximum: 16,
        sharedSubscriptionAvailable: false,
      },
    });
  });

  it('is refused with the reason in code and words [MQTT-3.2.2-7]', async () => {
    const { port } = await openTestBroker();
    const refused: readonly [object, number][] = [
      [{ password: Buffer.from('wrong') }, 0x86],
      [{ username: 'park.nobody' }, 0x86],
      [{ clientId: 'park.other' }, 0x85],
      [{ will: { topic: 'daoyu/park/other/status', payload: 'x', qos: 1, retain: false } }, 0x87],
      [{ properties: { authenticationMethod: 'SCRAM-SHA-1' } }, 0x8c],
    ];
    for (const [extra, reasonCode] of refused) {
      const client = await openV5(port);
      client.send(connectV5Packet(extra));
      const connack = await client.next('connack');
      expect(connack).toMatchObject({ reasonCode, sessionPresent: false });
      expect(String(connack.properties?.reasonString).length).toBeGreaterThan(10);
      await client.closed;
    }
  });

  it('that is malformed or against the protocol gets CONNACK 0x81 or 0x82 and is closed [MQTT-3.1.4-1]', async () => {
    const { port, broker } = await openTestBroker();
    const good = encode(connectV5Packet());
    const flagsAt = 9;
    const flags = good[flagsAt] ?? 0;
    const with9 = (value: number) =>
      Buffer.concat([good.subarray(0, flagsAt), Buffer.from([value]), good.subarray(flagsAt + 1)]);
    const bad: readonly [Buffer, number][] = [
      [with9(flags | 0x01), 0x81],
      [with9(flags | 0x08), 0x81],
      [with9(flags | 0x1c), 0x81],
      [encode(connectV5Packet({ properties: { receiveMaximum: 0 } })), 0x82],
      [encode(connectV5Packet({ properties: { maximumPacketSize: 0 } })), 0x82],
      [Buffer.from([0x10, 0x0d, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 2, 0x17, 1]), 0x81],
      [Buffer.from([0x10, 0x0f, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 2, 0x17, 2, 0, 0]), 0x82],
      [Buffer.from([0x10, 0x11, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 4, 0x17, 1, 0x17, 1, 0, 0]), 0x82],
      [Buffer.from([0x10, 0x10, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 3, 0x12, 0, 0, 0, 0]), 0x81],
      [Buffer.from([0x10, 0x0f, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 0, 0, 2, 0xc3, 0x28]), 0x81],
    ];
    for (const [bytes, reasonCode] of bad) {
      const client = await openV5(port);
      client.raw(bytes);
      expect(await client.next('connack')).toMatchObject({ reasonCode });
      await client.closed;
    }
    expect(broker.status().connections).toBe(0);
  });

  it('once more on the same connection is a protocol error [MQTT-3.1.0-2]', async () => {
    const { port } = await openTestBroker();
    const client = await connectV5(port);
    client.send(connectV5Packet());
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
    await client.closed;
  });

  it('without a client id gets that of its credential [MQTT-3.1.3-6, MQTT-3.2.2-16]', async () => {
    const { port, broker } = await openTestBroker();
    const { connack } = await connectV5(port, { clientId: '' });
    expect(connack.properties?.assignedClientIdentifier).toBe('park.probe');
    expect(broker.isConnected(pond)).toBe(true);
  });

  it('with a keep-alive out of bounds is told the one in force, which then ends it [MQTT-3.1.2-21, MQTT-3.1.2-22]', async () => {
    let now = 0;
    const { port, broker } = await openTestBroker({ monotonic: () => now });
    const short = await connectV5(port, { keepalive: 10 });
    expect(short.connack.properties?.serverKeepAlive).toBe(60);
    const none = await connectV5(port, { keepalive: 0 }, 'other');
    expect(none.connack.properties?.serverKeepAlive).toBe(1200);
    now += 91_000;
    expect(await short.next('disconnect')).toMatchObject({ reasonCode: 0x8d });
    await short.closed;
    expect(broker.devices()).toEqual([{ park: 'park', device: 'other' }]);
  });

  it('asking for response information gets the topic of replies [MQTT-3.1.2-28]', async () => {
    const { port } = await openTestBroker();
    const { connack } = await connectV5(port, { properties: { requestResponseInformation: true } });
    expect(connack.properties?.responseInformation).toBe(`${OWN}replies`);
  });

  it('of a device that is connected takes over, whichever version either speaks [MQTT-3.1.4-3]', async () => {
    const { port, broker, connect } = await openTestBroker();
    const first = await connectV5(port);
    const second = await connectV5(port);
    expect(await first.next('disconnect')).toMatchObject({ reasonCode: 0x8e });
    await first.closed;
    const third = await connect('probe');
    expect(await second.next('disconnect')).toMatchObject({ reasonCode: 0x8e });
    await second.closed;
    const ended = new Promise((resolve) => third.once('close', () => resolve(undefined)));
    const fourth = await connectV5(port);
    await ended;
    await fourth.ping();
    expect(broker.status().connections).toBe(1);
  });
});

describe('the server', () => {
  it('says that it stops, and shuts out whose credential ended', async () => {
    const { port, broker } = await openTestBroker();
    const probe = await connectV5(port);
    const other = await connectV5(port, {}, 'other');
    broker.disconnect(pond);
    expect(await probe.next('disconnect')).toMatchObject({ reasonCode: 0x98 });
    await broker.close();
    expect(await other.next('disconnect')).toMatchObject({ reasonCode: 0x8b });
  });
});
