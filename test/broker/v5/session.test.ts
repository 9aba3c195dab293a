/** Sessions and last wills of MQTT 5, by the rules of the specification that each test names. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { openTestBroker } from '../open-test-broker.ts';
import { connectV5, OWN, subscribeV5 } from './v5-client.ts';

const pond = { park: 'park', device: 'probe' };
const settle = () => new Promise((resolve) => setTimeout(resolve, 100));

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
