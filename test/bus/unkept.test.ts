import { describe, expect, it, onTestFinished } from 'vitest';
import { codeOf } from '../../base/errors.ts';
import type { Bus, Delivery } from '../../bus/bus.ts';
import { startConsumer } from '../../bus/consumer.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { eventually } from '../eventually.ts';
import { silent } from '../ingest/parts.ts';

const SUBJECT = 'daoyu.readings.tianyu.aquaculture_pond';

async function startKeeper(bus: Bus, keep: (newest: number) => Promise<number>) {
  const taken: string[] = [];
  let newest = 0;
  const consumer = await startConsumer({
    ...{ bus, name: 'keeper', subjects: ['daoyu.readings.>'], log: silent },
    ...{ maxDeliveries: 2, maxBytes: 1e6, waitMs: 1, backOff: { firstMs: 1, maxMs: 4 } },
    take(deliveries: readonly Delivery[]) {
      taken.push(...deliveries.map(({ data }) => data));
      newest = deliveries.at(-1)?.position ?? newest;
    },
    later: { keep: () => keep(newest), everyMs: 10, maxEntries: 1000 },
  });
  onTestFinished(() => consumer.close());
  return taken;
}

const append = (bus: Bus, ...data: readonly string[]) =>
  bus.append(data.map((each) => ({ subject: SUBJECT, data: each })));

describe('a handler whose effect becomes durable later', () => {
  it('keeps what it took though nothing comes any more: a full log takes the next entry', async () => {
    const bus = openMemoryBus({ maxBytes: 3 });
    const taken = await startKeeper(bus, async (newest) => newest);
    await append(bus, '1', '2', '3');
    await eventually(() => taken.length === 3);
    await eventually(() =>
      append(bus, '4').catch((error: unknown) => {
        if (codeOf(error) !== 'BUS_FULL') throw error;
        return undefined;
      }),
    );
    await eventually(() => taken.length === 4);
    expect(taken).toEqual(['1', '2', '3', '4']);
  });

  it('leaves on the log what it could not keep, and is given it again, in order and without a hole', async () => {
    const bus = openMemoryBus();
    let kept = 0;
    let isBroken = false;
    const taken = await startKeeper(bus, async (newest) => {
      if (isBroken) throw new Error('the disk is full');
      kept = newest;
      return newest;
    });
    await append(bus, '1', '2', '3');
    await eventually(() => kept === 3);
    isBroken = true;
    await append(bus, '4', '5');
    await eventually(() => taken.filter((each) => each === '4').length > 2);
    const { consumers } = await bus.status();
    expect(consumers).toEqual([{ name: 'keeper', position: 3, pending: 2 }]);
    await append(bus, '6');
    isBroken = false;
    await eventually(() => kept === 6);
    expect(taken.slice(-3)).toEqual(['4', '5', '6']);
    expect(taken.filter((each) => each === '1')).toHaveLength(1);
  });
});
