import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { connectPacket, openTestBroker, publishPacket } from './open-test-broker.ts';

describe('a PUBACK', () => {
  it('never comes before the verdict is durable', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { raw } = await openTestBroker({ admit: () => held });
    const client = await raw();
    client.send(connectPacket(), publishPacket(1), { cmd: 'pingreq' });
    await client.next('pingresp');
    expect(client.packets.map((packet) => packet.cmd)).not.toContain('puback');
    release();
    expect(await client.next('puback')).toMatchObject({ messageId: 1 });
  });

  it('is given to a topic below the own prefix that nothing listens to, and the connection stays', async () => {
    const { connect, admitted } = await openTestBroker();
    const client = await connect('pump');
    for (const channel of ['LWT', 'tele/SENSOR', '出生'])
      await client.publishAsync(`daoyu/park/pump/${channel}`, 'Online', { qos: 1, retain: true });
    await client.publishAsync('daoyu/park/pump/telemetry', '{}', { qos: 1 });
    expect(admitted.map(({ channel }) => channel)).toEqual(['LWT', 'tele/SENSOR', '出生', 'telemetry']);
    expect(client.connected).toBe(true);
  });

  it('never comes when the log refuses; the connection is closed, so that the device resends', async () => {
    const { raw, broker } = await openTestBroker({
      admit: async () => {
        throw new Error('log full');
      },
    });
    const client = await raw();
    client.send(connectPacket(), publishPacket(1));
    await client.closed;
    expect(client.packets.map((packet) => packet.cmd)).toEqual(['connack']);
    expect(broker.status()).toMatchObject({ received: 1, acknowledged: 0, inFlight: 0 });
  });

  it('never comes after the deadline of the log', async () => {
    const { raw } = await openTestBroker({ admit: () => new Promise(() => {}), limits: { admitTimeoutMs: 300 } });
    const client = await raw();
    client.send(connectPacket(), publishPacket(1));
    await client.closed;
    expect(client.packets.map((packet) => packet.cmd)).toEqual(['connack']);
  });

  it('is still given to others when one admit throws at once', async () => {
    const { connect } = await openTestBroker({
      admit: (message) => {
        if (message.device === 'bad') throw new TypeError('a bug');
        return Promise.resolve();
      },
    });
    const bad = await connect('bad');
    const closed = once(bad as never, 'close');
    bad.publish('daoyu/park/bad/telemetry', '{}', { qos: 1 });
    await closed;
    const good = await connect('good');
    await good.publishAsync('daoyu/park/good/telemetry', '{}', { qos: 1 });
  });
});

describe('publishes of one client', () => {
  it('reach admit in the order of arrival, a bounded number at one time', async () => {
    const seen: number[] = [];
    let active = 0;
    let most = 0;
    const { raw } = await openTestBroker({
      limits: { maxInFlightPerClient: 10 },
      admit: async (message) => {
        seen.push(Number(Buffer.from(message.payload).toString()));
        active += 1;
        most = Math.max(most, active);
        await new Promise(setImmediate);
        active -= 1;
      },
    });
    const client = await raw();
    client.send(connectPacket());
    await client.next('connack');
    client.send(...Array.from({ length: 2000 }, (_, index) => publishPacket(index + 1, String(index))));
    await eventually(() => client.packets.filter((packet) => packet.cmd === 'puback').length === 2000);
    expect(seen).toEqual(Array.from({ length: 2000 }, (_, index) => index));
    expect(most).toBe(10);
  });

  it('are read no further while the total in flight is full, and go on afterwards', async () => {
    const release: (() => void)[] = [];
    const { connect, broker } = await openTestBroker({
      limits: { maxInFlight: 5 },
      admit: () => new Promise((resolve) => release.push(resolve)),
    });
    const clients = await Promise.all(['a', 'b', 'c'].map((device) => connect(device)));
    const done = clients.flatMap((client, index) =>
      Array.from({ length: 20 }, () => client.publishAsync(`daoyu/park/${'abc'[index]}/telemetry`, '{}', { qos: 1 })),
    );
    await eventually(() => broker.status().inFlight >= 5);
    const pump = setInterval(() => release.splice(0).forEach((each) => void each()), 5);
    await Promise.all(done);
    clearInterval(pump);
    expect(broker.status()).toMatchObject({ received: 60, acknowledged: 60, inFlight: 0, inFlightBytes: 0 });
  });

  it('above the rate of a device go on by themselves, though timers come up to a millisecond early', async () => {
    const { connect } = await openTestBroker({ limits: { maxMessagesPerSecond: 70 } });
    const client = await connect();
    // A burst of ten seconds' worth, then thirty rounds through the brake.
    for (let round = 0; round < 100; round++) {
      const publishes = Array.from({ length: 10 }, () =>
        client.publishAsync('daoyu/park/probe/telemetry', '{}', { qos: 1 }),
      );
      await Promise.all(publishes);
    }
  }, 25_000);

  it('above the rate of a device are delayed, not lost', async () => {
    const { connect, broker } = await openTestBroker({ limits: { maxMessagesPerSecond: 10 } });
    const client = await connect();
    await Promise.all(
      Array.from({ length: 115 }, () => client.publishAsync('daoyu/park/probe/telemetry', '{}', { qos: 1 })),
    );
    expect(broker.status().acknowledged).toBe(115);
    expect(broker.status().refused.rate).toBeGreaterThan(0);
  });
});

describe('while the log is slow', () => {
  it('a client with a short keep-alive is not cut off', async () => {
    const { raw } = await openTestBroker({ admit: () => new Promise((resolve) => setTimeout(resolve, 2500)) });
    const client = await raw();
    client.send(connectPacket('probe', { keepalive: 1 }));
    await client.next('connack');
    client.send(...Array.from({ length: 10 }, (_, index) => publishPacket(index + 1)));
    await eventually(() => client.packets.filter((packet) => packet.cmd === 'puback').length === 10);
  });
});

describe('QoS 2', () => {
  it('is admitted, resent with DUP too, and the handshake ends', async () => {
    const { raw, admitted } = await openTestBroker();
    const client = await raw();
    client.send(connectPacket(), publishPacket(7, '{"a":1}', { qos: 2 }));
    await client.next('pubrec');
    client.send(publishPacket(7, '{"a":1}', { qos: 2, dup: true }));
    await client.next('pubrec');
    client.send({ cmd: 'pubrel', messageId: 7, qos: 1 } as never);
    await client.next('pubcomp');
    expect(admitted.map(({ qos, isResend }) => [qos, isResend])).toEqual([
      [1, false],
      [1, true],
    ]);
  });
});
