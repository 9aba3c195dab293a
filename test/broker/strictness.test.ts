/** What MQTT 3.1.1 says and the MQTT library beneath does not see to by itself. */
import type { Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { connectPacket, openTestBroker, publishPacket } from './open-test-broker.ts';

const OWN = 'daoyu/park/probe/';
const probe = { park: 'park', device: 'probe' };
const filter = (name: string) => [0, name.length, ...Buffer.from(name)];

async function connected(options = {}) {
  const test = await openTestBroker(options);
  const client = await test.raw();
  client.send(connectPacket());
  await client.next('connack');
  return { ...test, client };
}

describe('a packet that MQTT 3.1.1 forbids', () => {
  const errors = filter(`${OWN}errors`);
  const status = filter(`${OWN}status`);
  const telemetry = filter(`${OWN}telemetry`);
  const bad: readonly [string, readonly number[]][] = [
    ['PUBLISH with packet id 0, telemetry [MQTT-2.3.1-1]', [0x32, telemetry.length + 2, ...telemetry, 0, 0]],
    ['PUBLISH with packet id 0, elsewhere', [0x32, status.length + 2, ...status, 0, 0]],
    ['PUBLISH of QoS 2 with packet id 0', [0x34, telemetry.length + 2, ...telemetry, 0, 0]],
    ['PUBLISH of QoS 0 with DUP [MQTT-3.3.1-2]', [0x38, telemetry.length, ...telemetry]],
    ['SUBSCRIBE with packet id 0', [0x82, errors.length + 3, 0, 0, ...errors, 1]],
    ['SUBSCRIBE without a filter [MQTT-3.8.3-3]', [0x82, 2, 0, 1]],
    ['UNSUBSCRIBE with packet id 0', [0xa2, errors.length + 2, 0, 0, ...errors]],
    ['UNSUBSCRIBE without a filter [MQTT-3.10.3-2]', [0xa2, 2, 0, 1]],
    ['PINGREQ with a body', [0xc0, 1, 0]],
  ];
  it.each(bad)(
    '%s closes the connection, whole or byte by byte, and what came before it is acknowledged',
    async (_, bytes) => {
      for (const isWhole of [true, false]) {
        const { client, admitted, broker } = await connected();
        client.send(publishPacket(7));
        await client.next('puback');
        if (isWhole) client.socket.write(Buffer.from(bytes));
        else
          for (const byte of bytes) {
            client.socket.write(Buffer.from([byte]));
            await new Promise(setImmediate);
          }
        await client.closed;
        expect(admitted.length).toBe(1);
        expect(broker.status().refused.connection).toBe(1);
      }
    },
  );
});

it.each(['in one write', 'in two'])(
  'what is sent behind CONNECT, %s, is answered behind CONNACK, and the subscription is granted [MQTT-3.2.0-1]',
  async (how) => {
    const test = await openTestBroker();
    const client = await test.raw();
    const subscribe: Packet = { cmd: 'subscribe', messageId: 5, subscriptions: [{ topic: `${OWN}errors`, qos: 1 }] };
    const answered = Promise.all([client.next('suback'), client.next('puback')]);
    if (how === 'in one write') client.send(connectPacket(), subscribe, publishPacket(7));
    else {
      client.send(connectPacket());
      await new Promise((resolve) => setTimeout(resolve, 2));
      client.send(subscribe, publishPacket(7));
    }
    const [suback] = await answered;
    expect(client.packets[0]).toMatchObject({ cmd: 'connack', returnCode: 0 });
    expect(suback).toMatchObject({ granted: [1] });
  },
);

describe('overlapping subscriptions', () => {
  it.each([
    [[0, 1], 1],
    [[1, 0], 1],
    [[0, 0], 0],
  ])('of QoS %j are delivered once, at the highest [MQTT-3.3.5-1]', async ([exact, wildcard], wanted) => {
    const { client, broker } = await connected();
    const subscriptions = [
      { topic: `${OWN}commands/aerator`, qos: exact },
      { topic: `${OWN}commands/#`, qos: wildcard },
    ];
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions } as never);
    expect(await client.next('suback')).toMatchObject({ granted: [exact, wildcard] });
    await broker.tell(probe, 'commands/aerator', 'on');
    await broker.tell(probe, 'errors', 'not subscribed');
    expect(await client.next('publish')).toMatchObject({ qos: wanted });
    client.send({ cmd: 'pingreq' });
    await client.next('pingresp');
    expect(client.packets.filter(({ cmd }) => cmd === 'publish').length).toBe(1);
  });

  it('of a session that is being resumed, too: the library would close it', async () => {
    const test = await openTestBroker();
    const first = await test.raw();
    first.send(connectPacket('probe', { clean: false }));
    await first.next('connack');
    const subscriptions = [
      { topic: `${OWN}commands/aerator`, qos: 0 },
      { topic: `${OWN}commands/+`, qos: 1 },
    ];
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions } as never);
    await first.next('suback');
    first.socket.end();
    await first.closed;
    const second = await test.raw();
    second.send(connectPacket('probe', { clean: false }));
    expect(await second.next('connack')).toMatchObject({ sessionPresent: true });
    await test.broker.tell(probe, 'commands/aerator', 'on');
    expect(await second.next('publish')).toMatchObject({ qos: 1 });
  });
});

describe('the quota of subscriptions', () => {
  it('is freed by UNSUBSCRIBE, and holds nothing that was refused or asked twice', async () => {
    const { client } = await connected({ limits: { maxSubscriptions: 2 } });
    const ask = async (messageId: number, names: readonly string[]) => {
      const subscriptions = names.map((name) => ({ topic: `${OWN}${name}`, qos: 1 }));
      client.send({ cmd: 'subscribe', messageId, subscriptions } as never);
      return ((await client.next('suback')) as unknown as { granted: readonly number[] }).granted;
    };
    expect(await ask(1, ['telemetry', 'errors', 'commands/a', 'commands/b'])).toEqual([0x80, 1, 1, 0x80]);
    expect(await ask(2, ['errors'])).toEqual([1]);
    client.send({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: [`${OWN}commands/a`] });
    await client.next('unsuback');
    expect(await ask(4, ['commands/b', 'commands/c'])).toEqual([1, 0x80]);
  });
});
