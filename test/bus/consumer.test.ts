import { describe, expect, it, onTestFinished } from 'vitest';
import type { Delivery } from '../../bus/bus.ts';
import { startConsumer } from '../../bus/consumer.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { eventually } from '../eventually.ts';
import { silent } from '../ingest/parts.ts';

const SUBJECT = 'daoyu.readings.tianyu.aquaculture_pond';

async function open(take: (deliveries: readonly Delivery[]) => Promise<void>) {
  const bus = openMemoryBus();
  for (const data of ['1', '2', '3']) await bus.append([{ subject: SUBJECT, data }]);
  const start = async (from = bus) => {
    const consumer = await startConsumer({
      ...{ bus: from, name: 'c', subjects: ['daoyu.>'], log: silent, take },
      ...{ maxDeliveries: 100, maxBytes: 1e6, waitMs: 1 },
    });
    onTestFinished(() => consumer.close());
    return consumer;
  };
  return { bus, start };
}

describe('a consumer of the log', () => {
  it('takes what is there together, and goes on after a restart behind what it took', async () => {
    const taken: string[][] = [];
    const { bus, start } = await open(async (deliveries) => {
      taken.push(deliveries.map(({ data }) => data));
    });
    const first = await start();
    await eventually(() => taken.flat().length === 3);
    expect(taken).toEqual([['1', '2', '3']]);
    await first.close();
    await bus.append([{ subject: SUBJECT, data: '4' }]);
    await start();
    await eventually(() => taken.flat().length === 4);
    expect(taken.flat()).toEqual(['1', '2', '3', '4']);
  });

  it('gets again what it could not take', async () => {
    const taken: string[] = [];
    let failures = 1;
    const { start } = await open(async (deliveries) => {
      failures -= 1;
      if (failures >= 0) throw new Error('not now');
      taken.push(...deliveries.map(({ data }) => data));
    });
    await start();
    await eventually(() => taken.length === 3);
    expect(taken).toEqual(['1', '2', '3']);
  });

  it('begins again when the log breaks off', async () => {
    const taken: string[] = [];
    const { bus, start } = await open(async (deliveries) => {
      taken.push(...deliveries.map(({ data }) => data));
    });
    let isFirst = true;
    const breaking: typeof bus = {
      ...bus,
      async consume(options) {
        const consumption = await bus.consume(options);
        if (!isFirst) return consumption;
        isFirst = false;
        return {
          close: () => consumption.close(),
          async *[Symbol.asyncIterator]() {
            for await (const delivery of consumption) {
              if (delivery.data === '2') throw new Error('connection lost');
              yield delivery;
            }
          },
        };
      },
    };
    await start(breaking);
    await eventually(() => taken.includes('3'));
    expect([...new Set(taken)]).toEqual(['1', '2', '3']);
  });
});
