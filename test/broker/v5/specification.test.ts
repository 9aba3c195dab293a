/** MQTT 5 as its specification has it, area by area; what a device of ours cannot reach (another's topics) is checked as refused. */
import { describe, expect, it } from 'vitest';
import type { InboundMessage } from '../../../broker/broker.ts';
import { eventually } from '../../eventually.ts';
import { openTestBroker } from '../open-test-broker.ts';
import { connectV5, connectV5Packet, encode, OWN, openV5, publishV5, subscribeV5 } from './v5-client.ts';

const pond = { park: 'park', device: 'probe' };
const settle = () => new Promise((resolve) => setTimeout(resolve, 100));

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

describe('PUBLISH', () => {
  it('at QoS 0, 1 and 2 is taken; 1 and 2 are acknowledged once it is durable [MQTT-4.3.2-4, MQTT-4.3.3-8]', async () => {
    const verdicts: (() => void)[] = [];
    const admitted: InboundMessage[] = [];
    const { port } = await openTestBroker({
      admit(message) {
        admitted.push(message);
        return new Promise((resolve) => verdicts.push(resolve));
      },
    });
    const client = await connectV5(port);
    client.send(publishV5(0, 'zero', { qos: 0 }), publishV5(1, 'one'), publishV5(2, 'two', { qos: 2 }));
    await client.ping();
    expect(client.left).toEqual([]);
    for (const verdict of verdicts) verdict();
    expect(await client.next('puback')).toMatchObject({ messageId: 1, reasonCode: 0 });
    expect(await client.next('pubrec')).toMatchObject({ messageId: 2, reasonCode: 0 });
    client.send({ cmd: 'pubrel', messageId: 2 }, { cmd: 'pubrel', messageId: 2 });
    expect(await client.next('pubcomp')).toMatchObject({ messageId: 2, reasonCode: 0 });
    expect(await client.next('pubcomp')).toMatchObject({ messageId: 2, reasonCode: 0x92 });
    expect(admitted.map(({ payload, qos }) => [Buffer.from(payload).toString(), qos])).toEqual([
      ['zero', 0],
      ['one', 1],
      ['two', 1],
    ]);
  });

  it('is acknowledged in the order of sending, whichever verdict comes first [MQTT-4.6.0-2]', async () => {
    const verdicts: (() => void)[] = [];
    const { port } = await openTestBroker({ admit: () => new Promise((resolve) => verdicts.push(resolve)) });
    const client = await connectV5(port);
    client.send(publishV5(1), publishV5(2), publishV5(3));
    await eventually(() => verdicts.length === 3);
    verdicts[2]?.();
    verdicts[1]?.();
    await client.ping();
    expect(client.left).toEqual([]);
    verdicts[0]?.();
    const ids = [];
    for (let count = 0; count < 3; count++) ids.push((await client.next('puback')).messageId);
    expect(ids).toEqual([1, 2, 3]);
  });

  it('at QoS 2 is taken once, however often it comes before PUBREL, also on the next connection [MQTT-4.3.3-10]', async () => {
    const { port, admitted } = await openTestBroker();
    const session = { clean: false, properties: { sessionExpiryInterval: 60 } };
    const first = await connectV5(port, session);
    first.send(publishV5(7, 'x', { qos: 2 }), publishV5(7, 'x', { qos: 2, dup: true }));
    await first.next('pubrec');
    first.socket.destroy();
    await first.closed;
    const second = await connectV5(port, session);
    second.send(publishV5(7, 'x', { qos: 2, dup: true }));
    expect(await second.next('pubrec')).toMatchObject({ messageId: 7, reasonCode: 0 });
    expect(admitted.length).toBe(1);
    second.send({ cmd: 'pubrel', messageId: 7 });
    await second.next('pubcomp');
    second.send(publishV5(7, 'y', { qos: 2 }));
    await second.next('pubrec');
    expect(admitted.length).toBe(2);
  });

  it('beyond the receive maximum at QoS 2 ends the connection with 0x93 [MQTT5 4.9]', async () => {
    const { port } = await openTestBroker({ limits: { maxInFlightPerClient: 3 } });
    const client = await connectV5(port);
    expect(client.connack.properties?.receiveMaximum).toBe(3);
    for (let id = 1; id <= 4; id++) client.send(publishV5(id, 'x', { qos: 2 }));
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x93 });
  });

  it('by topic alias goes to its topic; an unknown, a zero and a too large alias end the connection [MQTT-3.3.2-8, MQTT-3.3.2-9]', async () => {
    const { port, admitted } = await openTestBroker();
    const client = await connectV5(port);
    client.send(
      publishV5(1, 'a', { properties: { topicAlias: 1 } }),
      publishV5(2, 'b', { topic: '', properties: { topicAlias: 1 } }),
      publishV5(3, 'c', { topic: `${OWN}status`, properties: { topicAlias: 1 } }),
      publishV5(4, 'd', { topic: '', properties: { topicAlias: 1 } }),
    );
    for (let count = 0; count < 4; count++) await client.next('puback');
    expect(admitted.map(({ channel }) => channel)).toEqual(['telemetry', 'telemetry', 'status', 'status']);
    const bad: readonly [Buffer | object, number][] = [
      [publishV5(5, 'x', { topic: '', properties: { topicAlias: 2 } }), 0x82],
      [publishV5(5, 'x', { properties: { topicAlias: 17 } }), 0x94],
      [Buffer.from([0x32, 0x08, 0, 0, 0, 5, 3, 0x23, 0, 0]), 0x94],
      [Buffer.from([0x32, 0x05, 0, 0, 0, 5, 0]), 0x82],
    ];
    for (const [packet, reasonCode] of bad) {
      const other = await connectV5(port);
      if (Buffer.isBuffer(packet)) other.raw(packet);
      else other.send(packet);
      expect(await other.next('disconnect')).toMatchObject({ reasonCode });
      await other.closed;
    }
  });

  it('aliases end with the connection [MQTT-3.3.2-7]', async () => {
    const { port } = await openTestBroker();
    const first = await connectV5(port);
    first.send(publishV5(1, 'a', { properties: { topicAlias: 1 } }));
    await first.next('puback');
    const second = await connectV5(port, { clean: false });
    second.send(publishV5(2, 'b', { topic: '', properties: { topicAlias: 1 } }));
    expect(await second.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
  });

  it('is refused where it is malformed or against the protocol', async () => {
    const { port, admitted } = await openTestBroker();
    const topic = Buffer.from(`${OWN}telemetry`);
    const publish = (first: number, id: readonly number[], rest: readonly number[], name: Buffer = topic) =>
      Buffer.concat([
        Buffer.from([first, 2 + name.length + id.length + rest.length, 0, name.length]),
        ...[name, Buffer.from(id), Buffer.from(rest)],
      ]);
    const bad: readonly [Buffer, number, string][] = [
      [publish(0x36, [0, 1], [0]), 0x81, 'QoS 3 [MQTT-3.3.1-4]'],
      [publish(0x38, [], [0]), 0x81, 'DUP at QoS 0 [MQTT-3.3.1-2]'],
      [publish(0x32, [0, 0], [0]), 0x82, 'packet id 0 [MQTT-2.2.1-3]'],
      [publish(0x32, [0, 1], [2, 0x0b, 1]), 0x81, 'a subscription identifier [MQTT-3.3.4-6]'],
      [publish(0x32, [0, 1], [2, 0x01, 2]), 0x82, 'a payload format indicator of 2'],
      [publish(0x32, [0, 1], [4, 0x01, 1, 0x01, 1]), 0x82, 'a property twice'],
      [publish(0x32, [0, 1], [9, 0x01, 1]), 0x81, 'properties behind the end'],
      [publish(0x32, [0, 1], [0x80, 0x00]), 0x81, 'a length that is longer than it need be [MQTT-1.5.5-1]'],
      [publish(0x32, [0, 1], [5, 0x08, 0, 2, 0x61, 0x2b]), 0x82, 'a wildcard in the response topic [MQTT-3.3.2-14]'],
      [publish(0x32, [0, 1], [0], Buffer.from('daoyu/park/probe/+')), 0x90, 'a wildcard [MQTT-3.3.2-2]'],
      [publish(0x32, [0, 1], [0], Buffer.from('daoyu/park/\0')), 0x81, 'U+0000 [MQTT-1.5.4-2]'],
      [publish(0x32, [0, 1], [0], Buffer.from([0xc3, 0x28])), 0x81, 'no UTF-8 [MQTT-1.5.4-1]'],
      [Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0x01]), 0x81, 'a remaining length of five bytes'],
    ];
    for (const [bytes, reasonCode, why] of bad) {
      const client = await connectV5(port);
      client.raw(bytes);
      expect((await client.next('disconnect')).reasonCode, why).toBe(reasonCode);
      await client.closed;
    }
    expect(admitted).toEqual([]);
  });

  it("on another's topic ends the connection with 0x87 and names the own prefix", async () => {
    const { port, admitted, broker } = await openTestBroker();
    for (const topic of ['daoyu/park/other/telemetry', '$SYS/x', `${OWN}errors`, `${OWN}commands/x`]) {
      const client = await connectV5(port);
      client.send(publishV5(1, '{}', { topic }));
      const disconnect = await client.next('disconnect');
      expect(disconnect.reasonCode).toBe(0x87);
      expect(disconnect.properties?.reasonString).toContain(OWN);
      await client.closed;
    }
    expect(admitted).toEqual([]);
    expect(broker.status().refused.topic).toBe(4);
  });

  it('with user properties, a payload format, an expiry and a content type is taken', async () => {
    const { port, admitted } = await openTestBroker();
    const client = await connectV5(port);
    const properties = {
      ...{ payloadFormatIndicator: true, messageExpiryInterval: 5, contentType: 'application/json' },
      ...{ responseTopic: 'a/b', correlationData: Buffer.from('17'), userProperties: { a: ['1', '2'], b: '3' } },
    };
    client.send(publishV5(1, 'x', { properties }));
    await client.next('puback');
    expect(admitted[0]).toMatchObject({ correlation: '17', channel: 'telemetry' });
  });
});

describe('what is refused of a message', () => {
  const refusing = (isWhole: boolean, code = 'FIELD_UNKNOWN') =>
    openTestBroker({
      async admit({ onRefused }) {
        const reason = { code, message: 'what would be right' };
        onRefused?.([reason, reason, { code: 'TIME_IN_FUTURE', message: 'y' }], isWhole);
      },
    });

  it('is named in its PUBACK: reason code, reason string, and the codes as user properties', async () => {
    const codes: readonly [string, number][] = [
      ['PAYLOAD_NOT_JSON', 0x99],
      ['PAYLOAD_TOO_DEEP', 0x97],
      ['CHANNEL_UNKNOWN', 0x90],
      ['DEVICE_DISABLED', 0x87],
      ['TIME_TOO_OLD', 0x83],
    ];
    for (const [code, reasonCode] of codes) {
      const { port } = await refusing(true, code);
      const client = await connectV5(port);
      client.send(publishV5(1));
      const puback = await client.next('puback');
      expect(puback).toMatchObject({ messageId: 1, reasonCode });
      expect(puback.properties).toMatchObject({ reasonString: 'what would be right' });
      expect(puback.properties?.userProperties.code).toEqual([code, 'TIME_IN_FUTURE']);
    }
  });

  it('in part is a success with the codes beside it', async () => {
    const { port } = await refusing(false);
    const client = await connectV5(port);
    client.send(publishV5(1), publishV5(0, 'x', { qos: 0 }), publishV5(2, 'x', { qos: 2 }));
    const puback = await client.next('puback');
    expect(puback.reasonCode).toBe(0);
    expect(puback.properties?.userProperties.code).toEqual(['FIELD_UNKNOWN', 'TIME_IN_FUTURE']);
    expect((await client.next('pubrec')).reasonCode).toBe(0);
  });

  it('at QoS 2 as a whole ends the exchange: its id is free [MQTT5 4.3.3]', async () => {
    const { port } = await refusing(true, 'PAYLOAD_NOT_JSON');
    const client = await connectV5(port);
    client.send(publishV5(2, 'x', { qos: 2 }));
    expect(await client.next('pubrec')).toMatchObject({ messageId: 2, reasonCode: 0x99 });
    client.send({ cmd: 'pubrel', messageId: 2 });
    expect((await client.next('pubcomp')).reasonCode).toBe(0x92);
  });

  it('is only its code where the client wants no problem information, or could not take it [MQTT-3.1.2-29, MQTT-3.4.2-2]', async () => {
    const { port } = await refusing(true, 'PAYLOAD_NOT_JSON');
    for (const properties of [{ requestProblemInformation: false }, { maximumPacketSize: 40 }]) {
      const client = await connectV5(port, { properties });
      client.send(publishV5(1));
      const puback = await client.next('puback');
      expect(puback.reasonCode).toBe(0x99);
      expect(puback.properties).toBeUndefined();
    }
  });
});

describe('SUBSCRIBE', () => {
  it('is granted for the own errors and commands, and each other filter gets its reason [MQTT-3.8.4-6]', async () => {
    const { port } = await openTestBroker({ limits: { maxSubscriptions: 4 } });
    const client = await connectV5(port);
    client.send(
      subscribeV5(1, [
        ...[{ topic: `${OWN}errors`, qos: 0 }, { topic: `${OWN}commands/#`, qos: 2 }, `${OWN}commands/+`],
        ...[
          'daoyu/park/other/errors',
          '#',
          `${OWN}telemetry`,
          '$SYS/#',
          `$share/group/${OWN}errors`,
          'a#',
          `${OWN}commands/a`,
        ],
        `${OWN}commands/b`,
      ]),
    );
    expect((await client.next('suback')).granted).toEqual([0, 1, 1, 0x87, 0x87, 0x87, 0x87, 0x9e, 0x8f, 1, 0x97]);
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [`${OWN}commands/+`, 'never/asked'] });
    expect(await client.next('unsuback')).toMatchObject({ messageId: 2, granted: [0, 0x11] });
    client.send(subscribeV5(3, [`${OWN}commands/b`]));
    expect((await client.next('suback')).granted).toEqual([1]);
  });

  it('and UNSUBSCRIBE against the protocol end the connection', async () => {
    const { port } = await openTestBroker();
    const topic = Buffer.from(`${OWN}errors`);
    const filter = [0, topic.length, ...topic];
    const bad: readonly [readonly number[], number, string][] = [
      [[0x82, 3, 0, 1, 0], 0x82, 'no filter [MQTT-3.8.3-2]'],
      [[0xa2, 3, 0, 1, 0], 0x82, 'no filter to unsubscribe [MQTT-3.10.3-2]'],
      [[0x82, 3 + filter.length + 1, 0, 0, 0, ...filter, 1], 0x82, 'packet id 0'],
      [[0x80, 3 + filter.length + 1, 0, 1, 0, ...filter, 1], 0x81, 'reserved flags [MQTT-3.8.1-1]'],
      [[0x82, 3 + filter.length + 1, 0, 1, 0, ...filter, 3], 0x81, 'QoS 3'],
      [[0x82, 3 + filter.length + 1, 0, 1, 0, ...filter, 0x41], 0x81, 'reserved options [MQTT-3.8.3-5]'],
      [[0x82, 3 + filter.length + 1, 0, 1, 0, ...filter, 0x31], 0x81, 'retain handling 3'],
      [[0x82, 5 + filter.length + 1, 0, 1, 2, 0x0b, 0, ...filter, 1], 0x82, 'subscription identifier 0'],
      [[0xc0, 1, 0], 0x81, 'PINGREQ with a body'],
      [[0xf0, 2, 0, 0], 0x82, 'AUTH without a method'],
      [[0x50, 2, 0, 1], 0x82, 'PUBREC'],
      [[0x00, 0], 0x82, 'packet type 0'],
    ];
    for (const [bytes, reasonCode, why] of bad) {
      const client = await connectV5(port);
      client.raw(bytes);
      expect((await client.next('disconnect')).reasonCode, why).toBe(reasonCode);
      await client.closed;
    }
  });
});

describe('what is told', () => {
  it('comes once, at the highest QoS of overlapping subscriptions and with all their identifiers [MQTT-3.3.4-2, MQTT-3.3.4-4]', async () => {
    const { port, broker } = await openTestBroker();
    const client = await connectV5(port);
    client.send(
      subscribeV5(1, [{ topic: `${OWN}commands/aerator`, qos: 0 }], { subscriptionIdentifier: 5 }),
      subscribeV5(2, [`${OWN}commands/#`], { subscriptionIdentifier: 300 }),
      subscribeV5(3, [{ topic: `${OWN}errors`, qos: 0 }]),
    );
    for (let count = 0; count < 3; count++) await client.next('suback');
    await broker.tell(pond, 'commands/aerator', 'on');
    const command = await client.next('publish');
    expect(command).toMatchObject({ topic: `${OWN}commands/aerator`, qos: 1, retain: false, dup: false });
    expect(command.properties?.subscriptionIdentifier).toEqual([5, 300]);
    client.send({ cmd: 'puback', messageId: command.messageId });
    await broker.tell(pond, 'errors', 'x');
    const error = await client.next('publish');
    expect(error).toMatchObject({ topic: `${OWN}errors`, qos: 0 });
    expect(error.properties).toBeUndefined();
    await client.ping();
    expect(client.left).toEqual([]);
  });

  it('as a command carries its expiry, where to answer and what to answer with [MQTT5 4.10]', async () => {
    const { port, broker, admitted } = await openTestBroker();
    const client = await connectV5(port);
    client.send(subscribeV5(1, [`${OWN}commands/#`]));
    await client.next('suback');
    await broker.tell(pond, 'commands/aerator', 'on', {
      expires: Date.now() + 59_500,
      correlation: '1795873561000-5f0c3a9e1b2d',
    });
    const { properties } = await client.next('publish');
    expect(properties).toMatchObject({ messageExpiryInterval: 60, responseTopic: `${OWN}replies` });
    const reply = { topic: properties?.responseTopic, properties: { correlationData: properties?.correlationData } };
    client.send(publishV5(1, '{"state":"done"}', reply));
    await client.next('puback');
    expect(admitted[0]).toMatchObject({ channel: 'replies', correlation: '1795873561000-5f0c3a9e1b2d' });
  });

  it('is never more than the receive maximum of the client without PUBACK [MQTT-3.3.4-9], nor larger than it takes [MQTT-3.1.2-24]', async () => {
    const { port, broker } = await openTestBroker();
    const client = await connectV5(port, { properties: { receiveMaximum: 2, maximumPacketSize: 100 } });
    client.send(subscribeV5(1, [`${OWN}errors`]));
    await client.next('suback');
    await broker.tell(pond, 'errors', 'x'.repeat(200));
    for (const text of ['a', 'b', 'c']) await broker.tell(pond, 'errors', text);
    const first = await client.next('publish');
    expect(first.payload?.toString()).toBe('a');
    expect((await client.next('publish')).payload?.toString()).toBe('b');
    await client.ping();
    expect(client.left).toEqual([]);
    client.send({ cmd: 'puback', messageId: first.messageId });
    expect((await client.next('publish')).payload?.toString()).toBe('c');
    expect(broker.status().refused.tell).toBe(1);
  });

  it('ends with the subscription [MQTT-3.10.4-2]', async () => {
    const { port, broker } = await openTestBroker();
    const client = await connectV5(port);
    client.send(subscribeV5(1, [`${OWN}errors`]), {
      cmd: 'unsubscribe',
      messageId: 2,
      unsubscriptions: [`${OWN}errors`],
    });
    await client.next('unsuback');
    await broker.tell(pond, 'errors', 'x');
    await client.ping();
    expect(client.left.map(({ cmd }) => cmd)).toEqual(['suback']);
  });
});

describe('a session', () => {
  const kept = { clean: false, properties: { sessionExpiryInterval: 60 } };

  it('resumes its subscriptions, what is unacknowledged with DUP and what waits, in order [MQTT-4.4.0-1, MQTT-4.6.0-1]', async () => {
    const { port, broker } = await openTestBroker();
    const first = await connectV5(port, kept);
    first.send(subscribeV5(1, [`${OWN}commands/#`]));
    await first.next('suback');
    await broker.tell(pond, 'commands/a', '1');
    const { messageId } = await first.next('publish');
    first.socket.destroy();
    await eventually(() => !broker.isConnected(pond));
    await broker.tell(pond, 'commands/a', '2');
    await broker.tell(pond, 'commands/a', 'too late', { expires: Date.now() - 1 });
    const second = await connectV5(port, kept);
    expect(second.connack.sessionPresent).toBe(true);
    expect(await second.next('publish')).toMatchObject({ messageId, dup: true, qos: 1 });
    expect(await second.next('publish')).toMatchObject({ dup: false, payload: Buffer.from('2') });
    await second.ping();
    expect(second.left).toEqual([]);
  });

  it('of a clean start is a new one [MQTT-3.1.2-4], and one without expiry ends with its connection', async () => {
    const { port } = await openTestBroker();
    await connectV5(port, kept);
    expect((await connectV5(port, { clean: true })).connack.sessionPresent).toBe(false);
    const last = await connectV5(port, { clean: false });
    expect(last.connack.sessionPresent).toBe(false);
  });

  it('ends at its expiry, which DISCONNECT may change, but not from nothing [MQTT-3.14.2-2]', async () => {
    const { port } = await openTestBroker();
    const brief = await connectV5(port, { clean: false, properties: { sessionExpiryInterval: 1 } });
    brief.send({ cmd: 'disconnect', reasonCode: 0 });
    await brief.closed;
    const again = await connectV5(port, kept);
    expect(again.connack.sessionPresent).toBe(true);
    again.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 1 } });
    await again.closed;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const late = await connectV5(port, { clean: false });
    expect(late.connack.sessionPresent).toBe(false);
    late.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 5 } });
    expect(await late.next('disconnect')).toMatchObject({ reasonCode: 0x82 });
  });

  it('beyond the bound of the server ends with its connection, as CONNACK says; so does an expiry without end [MQTT5 3.2.2.3.2]', async () => {
    const { port } = await openTestBroker({ limits: { maxPersistentSessions: 1 } });
    const first = await connectV5(port, { clean: false, properties: { sessionExpiryInterval: 0xffffffff } });
    expect(first.connack.properties?.sessionExpiryInterval).toBe(7 * 86_400);
    const second = await connectV5(port, kept, 'other');
    expect(second.connack.properties?.sessionExpiryInterval).toBe(0);
  });

  it('keeps a bounded number for an absent device', async () => {
    const { port, broker } = await openTestBroker();
    const client = await connectV5(port, kept);
    client.send(subscribeV5(1, [`${OWN}errors`]));
    await client.next('suback');
    client.socket.destroy();
    await eventually(() => !broker.isConnected(pond));
    for (let count = 0; count < 50; count++) await broker.tell(pond, 'errors', `${count}`);
    expect(broker.status().refused.tell).toBe(40);
    const back = await connectV5(port, kept);
    await back.ping();
    expect(back.left.length).toBe(10);
  });
});

describe('a last will', () => {
  const will = { topic: `${OWN}status`, payload: Buffer.from('offline'), qos: 1, retain: true };

  it('is published when the connection breaks or DISCONNECT asks for it, and not after a good one [MQTT-3.1.2-8, MQTT-3.14.4-3]', async () => {
    const { port, admitted, broker } = await openTestBroker();
    const broken = await connectV5(port, { will });
    broken.socket.destroy();
    await eventually(() => admitted.length === 1);
    const asking = await connectV5(port, { will });
    asking.send({ cmd: 'disconnect', reasonCode: 4 });
    await eventually(() => admitted.length === 2);
    const good = await connectV5(port, { will });
    good.send({ cmd: 'disconnect', reasonCode: 0 });
    await good.closed;
    await eventually(() => broker.status().connections === 0);
    await settle();
    expect(admitted.map(({ isWill, channel }) => [isWill, channel])).toEqual([
      [true, 'status'],
      [true, 'status'],
    ]);
  });

  it('with a delay waits for it, for the end of the session at most, and is not published when the device is back [MQTT-3.1.3-9]', async () => {
    const { port, admitted, broker } = await openTestBroker();
    const delayed = (expiry: number, delay: number) => ({
      ...{ clean: false, properties: { sessionExpiryInterval: expiry } },
      will: { ...will, properties: { willDelayInterval: delay } },
    });
    const leave = async (extra: object) => {
      const client = await connectV5(port, extra);
      client.socket.destroy();
      await client.closed;
      await eventually(() => broker.status().connections === 0);
    };
    await leave(delayed(60, 1));
    await settle();
    expect(admitted).toEqual([]);
    await leave(delayed(60, 1));
    await eventually(() => admitted.length === 1, undefined, 5000);
    await leave(delayed(0, 60));
    await eventually(() => admitted.length === 2);
    await leave(delayed(60, 60));
    await connectV5(port, { clean: true });
    await eventually(() => admitted.length === 3);
  });
});

describe('a packet larger than announced', () => {
  it('is quarantined and acknowledged, and then ends the connection: the device does not send it again [MQTT5 3.2.2.3.6]', async () => {
    const oversize: { sizeBytes: number; head: Uint8Array }[] = [];
    const { port } = await openTestBroker({
      limits: { maxPacketBytes: 4096 },
      async admitOversize(message) {
        oversize.push(message);
        message.onRefused?.([{ code: 'PAYLOAD_TOO_LARGE', message: 'send smaller batches' }], true);
      },
    });
    for (const qos of [1, 0, 2]) {
      const client = await connectV5(port);
      client.send(
        publishV5(1),
        publishV5(9, 'x'.repeat(100_000), { qos, properties: { topicAlias: 1, contentType: 'text' } }),
      );
      expect(await client.next('puback')).toMatchObject({ messageId: 1, reasonCode: 0 });
      if (qos > 0)
        expect(await client.next(qos === 1 ? 'puback' : 'pubrec')).toMatchObject({ messageId: 9, reasonCode: 0x97 });
      expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x95 });
      await client.closed;
    }
    expect(oversize.map(({ sizeBytes, head }) => [sizeBytes, head[0]])).toEqual([
      [100_000, 120],
      [100_000, 120],
      [100_000, 120],
    ]);
  });

  it('that is no publish, or longer than can be swallowed, ends it at once', async () => {
    const { port } = await openTestBroker({ limits: { maxPacketBytes: 4096 } });
    for (const bytes of [
      [0x82, 0xff, 0xff, 0x7f],
      [0x32, 0xff, 0xff, 0xff, 0x7f],
    ]) {
      const client = await connectV5(port);
      client.raw(bytes);
      expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x95 });
      await client.closed;
    }
  });
});

describe('when the log cannot take it', () => {
  it('there is no acknowledgement, and the connection ends with 0x89: the device sends again', async () => {
    const { port, broker } = await openTestBroker({ admit: async () => Promise.reject(new Error('disk full')) });
    const client = await connectV5(port);
    client.send(publishV5(1), publishV5(2));
    const disconnect = await client.next('disconnect');
    expect(disconnect.reasonCode).toBe(0x89);
    expect(disconnect.properties?.reasonString).toContain('disk full');
    await client.closed;
    expect(client.left).toEqual([]);
    expect(broker.status()).toMatchObject({ acknowledged: 0, inFlight: 0, connections: 0 });
  });

  it('nor after its deadline', async () => {
    const { port, broker } = await openTestBroker({
      admit: () => new Promise(() => {}),
      limits: { admitTimeoutMs: 200 },
    });
    const client = await connectV5(port);
    client.send(publishV5(1));
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x89 });
    expect(broker.status()).toMatchObject({ acknowledged: 0, inFlight: 0 });
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
