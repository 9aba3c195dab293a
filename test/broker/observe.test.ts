/** A watched device: what is done to it is done once, to it alone, and is over when the watch is. */
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../broker/observe/observation.ts';
import { eventually } from '../eventually.ts';
import { openTestBroker, PASSWORD, type TestBroker } from './open-test-broker.ts';

const DEVICE = { park: 'park', device: 'probe' };
const TOPIC = 'daoyu/park/probe/telemetry';
const CONNECT = {
  ...{ cmd: 'connect', clientId: 'park.probe', username: 'park.probe', password: Buffer.from(PASSWORD) },
  ...{ keepalive: 120, clean: true, protocolId: 'MQTT', protocolVersion: 4 },
};

function watch({ broker }: TestBroker) {
  const seen: Observation[] = [];
  const watching = broker.watch(DEVICE, (observation) => seen.push(observation));
  return { ...watching, seen, count: (what: string) => seen.filter((each) => each.what === what).length };
}

for (const protocolVersion of [4, 5] as const) {
  describe(`a watched device of version ${protocolVersion}`, () => {
    const options = { protocolVersion, keepalive: 120 };

    it('misses one PUBACK that is withheld, and gets the next', async () => {
      const test = await openTestBroker();
      const client = await test.connect('probe', options);
      const watching = watch(test);
      watching.inflict({ kind: 'withhold' });
      let isAcknowledged = false;
      void client.publishAsync(TOPIC, '1', { qos: 1 }).then(
        () => {
          isAcknowledged = true;
        },
        () => {},
      );
      await client.publishAsync(TOPIC, '2', { qos: 1 });
      await client.publishAsync(TOPIC, '3', { qos: 1 });
      expect(isAcknowledged).toBe(false);
      expect([watching.count('withheld'), watching.count('acknowledged')]).toEqual([1, 2]);
      // The broker has kept it all the same.
      expect(test.admitted.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['1', '2', '3']);
    });

    it('gets PUBACKs late, all of them and in order, and at once when the watch ends', async () => {
      const test = await openTestBroker();
      const client = await test.connect('probe', options);
      const watching = watch(test);
      watching.inflict({ kind: 'delay', ms: 10_000 });
      const order: string[] = [];
      const publishes = ['1', '2'].map(async (payload) => {
        await client.publishAsync(TOPIC, payload, { qos: 1 });
        order.push(payload);
      });
      await eventually(() => watching.count('delayed') === 2);
      expect(order).toEqual([]);
      watching.stop();
      await Promise.all(publishes);
      expect(order).toEqual(['1', '2']);
    });

    it('is turned away during an outage, alone, and let in when the watch ends', async () => {
      const test = await openTestBroker();
      const client = await test.connect('probe', options);
      const other = await test.connect('other', options);
      const watching = watch(test);
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      watching.inflict({ kind: 'outage', ms: 60_000 });
      await closed;
      const turned = await test.raw();
      turned.send(CONNECT as never);
      await turned.closed;
      expect(turned.packets).toEqual([]);
      expect([watching.count('cut'), watching.count('turned-away')]).toEqual([1, 1]);
      await other.publishAsync('daoyu/park/other/telemetry', '1', { qos: 1 });
      watching.stop();
      const again = await test.connect('probe', options);
      await again.publishAsync(TOPIC, '1', { qos: 1 });
    });
  });
}

it('says nothing of what a stranger sends under the name of the device, but that it was refused', async () => {
  const test = await openTestBroker();
  const watching = watch(test);
  await expect(test.connect('probe', { password: 'a guess' })).rejects.toThrow();
  await eventually(() => watching.count('end') === 1);
  expect(watching.seen.map(({ what }) => what)).toEqual(['connect', 'refused', 'end']);
  expect(JSON.stringify(watching.seen)).not.toContain('guess');
});

it('reads frames that arrive byte by byte, from the middle of one on', async () => {
  const test = await openTestBroker();
  const client = await test.raw();
  client.send(CONNECT as never);
  await client.next('connack');
  const topic = Buffer.from(TOPIC);
  const frame = (packetId: number, payload: string) =>
    Buffer.concat([
      Buffer.from([0x32, 2 + topic.length + 2 + payload.length, 0, topic.length]),
      topic,
      Buffer.from([0, packetId]),
      Buffer.from(payload),
    ]);
  const half = frame(1, 'first');
  client.socket.write(half.subarray(0, 9));
  // Its beginning is there before anybody looks.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const watching = watch(test);
  for (const byte of Buffer.concat([half.subarray(9), frame(2, 'second')])) {
    client.socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await eventually(() => test.admitted.length === 2);
  const publishes = watching.seen.flatMap((each) => (each.what === 'publish' ? [each] : []));
  expect(publishes.map(({ payload }) => Buffer.from(payload, 'base64').toString())).toEqual(['first', 'second']);
  expect(publishes.map(({ id: packet, topic: name }) => [packet, name])).toEqual([
    [1, TOPIC],
    [2, TOPIC],
  ]);
});
