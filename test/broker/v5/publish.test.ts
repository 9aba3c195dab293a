/** What devices publish in MQTT 5, by the rules of the specification that each test names. */
import { describe, expect, it } from 'vitest';
import type { InboundMessage } from '../../../broker/broker.ts';
import { eventually } from '../../eventually.ts';
import { openTestBroker } from '../open-test-broker.ts';
import { connectV5, OWN, publishV5 } from './v5-client.ts';

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
