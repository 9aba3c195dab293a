/** The cluster example, without Docker: three servers, three replicas. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DaoyuError } from '../../base/errors.ts';
import { openJetStreamBus } from '../../bus/jetstream/jetstream.ts';
import { openNats } from '../../engines/nats/connection.ts';
import { openJetStreamKv } from '../../kv/jetstream.ts';
import { take } from '../contract/bus.ts';
import { eventually } from '../eventually.ts';
import { hasNats } from '../servers/nats.ts';
import { startNatsCluster } from '../servers/nats-cluster.ts';

const log = { info() {}, warn() {} };

describe.runIf(hasNats())('three NATS servers with three replicas', () => {
  it('keep every acknowledged entry once, and the kv, over the death of the one that leads', async () => {
    const cluster = await startNatsCluster();
    const shared = { url: cluster.url, replicas: 3, clock: Date.now, log };
    const bus = await openJetStreamBus({ ...shared, maxBytes: 1e8, retainMs: 1e9 });
    const kv = await openJetStreamKv(shared);
    const { manager, close } = await openNats({ url: cluster.url, name: 'test', log });
    for (const part of [bus, kv, { close }]) onTestFinished(() => part.close().catch(() => {}));
    expect((await bus.status()).durability).toMatchObject({
      survives: 'power loss',
      message: expect.stringContaining('on 3 servers'),
    });
    await kv.put('device/a', 1);

    const consumption = await bus.consume({ name: 'reader', subjects: ['daoyu.>'], from: 'first' });
    const acknowledged: string[] = [];
    let isOver = false;
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let number = 0; !isOver; number++) {
        const data = `${writer} ${number}`;
        await bus.append([{ subject: 'daoyu.readings.park.pond', data }]);
        acknowledged.push(data);
        // At full speed on a busy machine the server that comes back would never catch up.
        await wait(20);
      }
    });
    await eventually(() => acknowledged.length > 200, Boolean, 30_000);
    const leader = (await manager.streams.info('DAOYU')).cluster?.leader ?? '';
    await cluster.kill(leader);
    const before = acknowledged.length;
    await eventually(() => acknowledged.length > before + 400, Boolean, 60_000);
    // Its stream may still be choosing a leader: until then it says that it is unavailable.
    await eventually(
      () => kv.get('device/a').catch(() => undefined),
      (item) => item?.value === 1,
      60_000,
    );
    await kv.put('device/b', 2);
    await cluster.start(leader);
    isOver = true;
    await Promise.all(writers);

    const { lastPosition } = await bus.status();
    const there = await take(bus, { subjects: ['daoyu.>'], from: 'first' }, lastPosition);
    expect(there.length).toBe(new Set(there).size);
    expect(new Set(there)).toEqual(new Set(acknowledged));
    const seen: string[] = [];
    for await (const delivery of consumption) {
      seen.push(delivery.data);
      delivery.ack();
      if (seen.length === there.length) break;
    }
    expect(seen).toEqual(there);
  }, 180_000);

  it('say of a revision that is no longer the newest that it is a conflict, however the servers word it', async () => {
    const cluster = await startNatsCluster();
    const shared = { url: cluster.url, replicas: 3, clock: Date.now, log };
    const kvs = [await openJetStreamKv(shared), await openJetStreamKv(shared), await openJetStreamKv(shared)];
    for (const kv of kvs) onTestFinished(() => kv.close().catch(() => {}));
    for (let round = 0; round < 20; round++) {
      const key = `device/${round}`;
      const puts = await Promise.allSettled(kvs.map((kv, index) => kv.put(key, index, 0)));
      expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const codes = puts.flatMap((put) => (put.status === 'rejected' ? [(put.reason as DaoyuError).code] : []));
      expect(codes).toEqual(['STATE_CONFLICT', 'STATE_CONFLICT']);
      const winner = puts.findIndex(({ status }) => status === 'fulfilled');
      for (const kv of kvs) expect(await kv.get(key)).toMatchObject({ value: winner });
    }
  }, 120_000);
});
