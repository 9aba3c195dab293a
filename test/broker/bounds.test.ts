/** What holds a client back: its rate, what it has in flight, what all have in flight, and PUBACKs that it does not read. Clocks stand still, so nothing hangs on speed. */
import { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import { createExpressLane } from '../../broker/express-lane.ts';
import { createInFlight } from '../../broker/in-flight.ts';
import { createPace } from '../../broker/rate-limit.ts';
import { createRefusals } from '../../broker/refusals.ts';
import type { Session } from '../../broker/session.ts';
import { eventually } from '../eventually.ts';
import { connectPacket, limits, openTestBroker, publishPacket, type TestBroker } from './open-test-broker.ts';

const never = () => new Promise<void>(() => {});
const publishes = (count: number, extra: object = {}, payload = '{}') =>
  Array.from({ length: count }, (_, index) => publishPacket(index + 1, payload, extra));

async function connected({ raw }: TestBroker, device = 'probe') {
  const client = await raw();
  client.send(connectPacket(device));
  await client.next('connack');
  return client;
}

/** For what must not happen: long enough for it on any machine that is not standing still. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 300));

it('a device above its rate gets what its burst allows and one more, and the rest once time has gone on', async () => {
  let now = 1000;
  const test = await openTestBroker({ limits: { maxMessagesPerSecond: 10 }, monotonic: () => now });
  const client = await connected(test);
  client.send(...publishes(150));
  await eventually(() => test.broker.status().received >= 101);
  await settle();
  expect(test.broker.status()).toMatchObject({ received: 101, acknowledged: 101, refused: { rate: 1 } });
  now += 10_000;
  await eventually(() => test.broker.status().acknowledged === 150);
});

it('so does one that sends what the express lane leaves to the library', async () => {
  let now = 1000;
  const test = await openTestBroker({ limits: { maxMessagesPerSecond: 1 }, monotonic: () => now });
  const client = await connected(test);
  const status = { topic: 'daoyu/park/probe/status' };
  client.send(...publishes(11, status));
  await eventually(() => test.broker.status().acknowledged === 11);
  client.send(...publishes(3, status));
  await settle();
  expect(test.broker.status().received).toBe(11);
  now += 20_000;
  await eventually(() => test.broker.status().acknowledged === 14);
});

it('no more of one client is in flight than its bound', async () => {
  const test = await openTestBroker({ limits: { maxInFlightPerClient: 7, admitTimeoutMs: 2000 }, admit: never });
  const client = await connected(test);
  client.send(...publishes(40));
  await settle();
  expect(test.broker.status()).toMatchObject({ received: 7, inFlight: 7 });
});

it('no more of all clients is in flight than the bound of the broker, in count', async () => {
  const release: (() => void)[] = [];
  const test = await openTestBroker({
    limits: { maxInFlight: 10, admitTimeoutMs: 2000 },
    admit: () => new Promise((resolve) => release.push(resolve)),
  });
  const clients = await Promise.all(['a', 'b', 'c'].map((device) => connected(test, device)));
  for (const [index, client] of clients.entries()) {
    client.send(...publishes(8, { topic: `daoyu/park/${'abc'[index]}/telemetry` }));
  }
  await settle();
  expect(test.broker.status()).toMatchObject({ received: 10, inFlight: 10 });
  // Below seven tenths it goes on.
  for (const each of release.splice(0, 3)) each();
  await settle();
  expect(test.broker.status()).toMatchObject({ received: 10, inFlight: 7 });
  release.shift()?.();
  await eventually(() => test.broker.status().received === 14);
});

it('and in bytes', async () => {
  const test = await openTestBroker({ limits: { maxInFlightBytes: 1000, admitTimeoutMs: 2000 }, admit: never });
  const clients = await Promise.all(['a', 'b'].map((device) => connected(test, device)));
  for (const [index, client] of clients.entries()) {
    client.send(...publishes(8, { topic: `daoyu/park/${'ab'[index]}/telemetry` }, 'x'.repeat(300)));
  }
  await settle();
  expect(test.broker.status()).toMatchObject({ received: 4, inFlightBytes: 1200 });
});

it('the bounds count both lanes together', async () => {
  const test = await openTestBroker({ limits: { maxInFlight: 3, admitTimeoutMs: 2000 }, admit: never });
  const first = await connected(test, 'a');
  const second = await connected(test, 'b');
  first.send(...publishes(3, { topic: 'daoyu/park/a/replies' }));
  await eventually(() => test.broker.status().inFlight === 3);
  second.send(...publishes(3, { topic: 'daoyu/park/b/telemetry' }));
  await settle();
  expect(test.broker.status().received).toBe(3);
});

it('what waited too long is given up with its connection, and nothing stays in flight', async () => {
  const test = await openTestBroker({ limits: { admitTimeoutMs: 200 }, admit: never });
  const clients = await Promise.all(['a', 'b'].map((device) => connected(test, device)));
  for (const [index, client] of clients.entries()) {
    client.send(...publishes(5, { topic: `daoyu/park/${'ab'[index]}/telemetry` }));
  }
  for (const client of clients) {
    await client.closed;
    expect(client.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
  }
  expect(test.broker.status()).toMatchObject({ received: 10, acknowledged: 0, inFlight: 0, inFlightBytes: 0 });
});

it('a verdict that comes after its client was given up is told to nobody', async () => {
  let resolve = () => {};
  const verdict = new Promise<void>((done) => {
    resolve = done;
  });
  const test = await openTestBroker({ limits: { admitTimeoutMs: 200 }, admit: () => verdict });
  const client = await connected(test);
  client.send(...publishes(2));
  await client.closed;
  resolve();
  await settle();
  expect(test.broker.status()).toMatchObject({ acknowledged: 0, inFlight: 0 });
});

it('the PUBACKs of one verdict leave in one write a connection, in the order of the publishes', async () => {
  const writes: Buffer[] = [];
  const { take, finish } = openLane({ onWrite: (bytes) => void writes.push(bytes) });
  for (const id of [1, 2, 300, 65_535]) take(id);
  expect(writes).toEqual([]);
  finish();
  await new Promise(setImmediate);
  expect(writes.map((bytes) => bytes.toString('hex'))).toEqual(['4002000140020002' + '4002012c4002ffff']);
});

it('a client that does not read its PUBACKs is read no further, and closed when it goes on so', async () => {
  const { stream, lane, take, finish } = openLane({ isStuck: true, drainTimeoutMs: 50 });
  const errors: Error[] = [];
  stream.on('error', (error) => errors.push(error));
  expect(lane.isDraining).toBe(false);
  take(1);
  finish();
  await new Promise(setImmediate);
  expect(lane.isDraining).toBe(true);
  await eventually(() => stream.destroyed);
  expect(errors.map(({ message }) => message)).toEqual(['drain timeout']);
});

function openLane({
  onWrite = () => {},
  isStuck = false,
  drainTimeoutMs = 1000,
}: {
  onWrite?: (bytes: Buffer) => void;
  isStuck?: boolean;
  drainTimeoutMs?: number;
}) {
  const stream = new Duplex({
    ...{ read() {}, writableHighWaterMark: 1 },
    write(bytes, _encoding, done) {
      onWrite(bytes);
      if (!isStuck) done();
    },
  });
  const clock = () => 0;
  const inFlight = createInFlight(limits, clock);
  const session: Session = {
    ...{
      stream,
      remote: 'here',
      address: { park: 'park', device: 'probe' },
      transport: 'tcp',
      silenceMs: 0,
      heardAt: 0,
      isReady: true,
    },
    flow: inFlight.client(() => {}),
    pace: createPace({ perSecond: 1000, monotonic: clock, wake() {} }),
    subscriptions: new Map(),
  };
  let finish = () => {};
  const verdict = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const lane = createExpressLane({
    ...{ inFlight, clock, drainTimeoutMs, counts: { received: 0, acknowledged: 0 }, admit: () => verdict },
    refusals: createRefusals({ info() {}, warn() {}, error() {} }, clock),
  }).of(session);
  const topic = 'daoyu/park/probe/telemetry';
  const take = (id: number) => {
    const body = Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic), Buffer.from([id >> 8, id & 255])]);
    const frame = Buffer.concat([Buffer.from([0x32, body.length + 2]), body, Buffer.from('{}')]);
    expect(lane.mayTake(frame, 0) && lane.take(frame, 0, frame.length)).toBe(true);
  };
  return { stream, lane, take, finish };
}
