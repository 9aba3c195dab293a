/** Subscriptions of MQTT 5 and what they bring, by the rules of the specification that each test names. */
import { describe, expect, it } from 'vitest';
import { openTestBroker } from '../open-test-broker.ts';
import { connectV5, OWN, publishV5, subscribeV5 } from './v5-client.ts';

const pond = { park: 'park', device: 'probe' };

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
