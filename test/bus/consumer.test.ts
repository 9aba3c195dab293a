import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import type { Bus, Delivery } from '../../bus/bus.ts';
import { startConsumer } from '../../bus/consumer.ts';
import { type ConsumerOptions, PoisonedEntries } from '../../bus/handler.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { intoQuarantine, readEntries } from '../../bus/poison.ts';
import { eventually } from '../eventually.ts';
import { silent } from '../ingest/parts.ts';
import { compiled } from '../started-process.ts';

const SUBJECT = 'daoyu.readings.tianyu.aquaculture_pond';

type Take = (deliveries: readonly Delivery[], signal: AbortSignal, upTo: number) => Promise<void> | void;

async function open(take: Take, data: readonly string[] = ['1', '2', '3']) {
  const bus = openMemoryBus();
  for (const each of data) await bus.append([{ subject: SUBJECT, data: each }]);
  const start = async (from: Bus = bus, options: Partial<ConsumerOptions> = {}) => {
    const consumer = await startConsumer({
      ...{ bus: from, name: 'c', subjects: ['daoyu.readings.>'], log: silent, take },
      ...{ maxDeliveries: 100, maxBytes: 1e6, waitMs: 1, backOff: { firstMs: 1, maxMs: 4 } },
      ...options,
    });
    onTestFinished(() => consumer.close());
    return consumer;
  };
  return { bus, start };
}

/** The first consumption breaks off before the entry; those after it do not. */
function breakingAt(bus: Bus, data: string): Bus {
  let isFirst = true;
  return {
    ...bus,
    async consume(options) {
      const consumption = await bus.consume(options);
      if (!isFirst) return consumption;
      isFirst = false;
      return {
        close: () => consumption.close(),
        async *[Symbol.asyncIterator]() {
          for await (const delivery of consumption) {
            if (delivery.data === data) throw new Error('connection lost');
            yield delivery;
          }
        },
      };
    },
  };
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

  it('gets again what it could not take, as often as it takes, and says meanwhile why it does not go on', async () => {
    const taken: string[] = [];
    let failures = 10;
    const { bus, start } = await open((deliveries) => {
      failures -= 1;
      if (failures >= 0) throw new DaoyuError('STORE_UNAVAILABLE', 'not now');
      taken.push(...deliveries.map(({ data }) => data));
    });
    const consumer = await start();
    await eventually(() => consumer.status().problem?.code === 'STORE_UNAVAILABLE');
    expect((await bus.status()).consumers).toMatchObject([{ position: 0 }]);
    await eventually(() => taken.length === 3);
    expect(taken).toEqual(['1', '2', '3']);
    await eventually(() => consumer.status().position === 3);
    expect(consumer.status().problem).toBeUndefined();
  });

  it('waits twice as long after each failure, up to the longest, and not at all once it is to stop', async () => {
    const began = performance.now();
    const at: number[] = [];
    const { start } = await open(() => {
      at.push(performance.now() - began);
      throw new Error('not now');
    });
    const consumer = await start(undefined, { backOff: { firstMs: 20, maxMs: 80 } });
    await eventually(() => at.length === 6);
    await consumer.close();
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    // Timers may be late under load, never early (by more than their rounding).
    for (const [index, atLeast] of [20, 40, 80, 80, 80].entries())
      expect(pauses[index]).toBeGreaterThanOrEqual(atLeast - 2);

    let hasFailed = false;
    const other = await open(() => {
      hasFailed = true;
      throw new Error('not now');
    });
    const patient = await other.start(undefined, { backOff: { firstMs: 3_600_000, maxMs: 3_600_000 } });
    await eventually(() => hasFailed);
    await patient.close();
  });

  it('begins again when the log breaks off, also when it cannot be asked at once', async () => {
    const taken: string[] = [];
    const { bus, start } = await open((deliveries) => void taken.push(...deliveries.map(({ data }) => data)));
    const breaking = breakingAt(bus, '2');
    let asked = 0;
    await start({
      ...breaking,
      consume(options) {
        asked += 1;
        if (asked === 2 || asked === 3) return Promise.reject(new DaoyuError('BUS_UNAVAILABLE', 'away'));
        return breaking.consume(options);
      },
    });
    await eventually(() => taken.includes('3'));
    expect(taken).toEqual(['1', '2', '3']);
  });

  it('without a place on the log goes on behind what it took when the log breaks off, each entry once', async () => {
    const taken: string[] = [];
    const { bus, start } = await open((deliveries) => void taken.push(...deliveries.map(({ data }) => data)));
    await start(breakingAt(bus, '3'), { after: 1 });
    await eventually(() => taken.includes('3'));
    expect(taken).toEqual(['2', '3']);
    expect((await bus.status()).consumers).toEqual([]);
  });

  it('tells its handler to stop, and waits for it', async () => {
    const steps: string[] = [];
    const { start } = await open(async (_, signal) => {
      steps.push('begun');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await new Promise(setImmediate);
      steps.push('ended');
    });
    const consumer = await start();
    await eventually(() => steps.length === 1);
    await consumer.close();
    expect(steps).toEqual(['begun', 'ended']);
  });

  it('acknowledges nothing that was not taken when it is closed in the middle', async () => {
    const { bus, start } = await open(() => Promise.reject(new Error('not now')));
    const consumer = await start();
    await eventually(() => consumer.status().problem !== undefined);
    await consumer.close();
    expect((await bus.status()).consumers).toMatchObject([{ name: 'c', position: 0 }]);
  });
});

describe('a poisoned entry', () => {
  it('is set aside once with its reason, and its neighbours are taken', async () => {
    const taken: string[] = [];
    const aside: string[] = [];
    const { start } = await open((deliveries) => {
      const poisoned = deliveries.filter(({ data }) => data === '2');
      if (poisoned.length > 0) throw new PoisonedEntries(poisoned.map((delivery) => ({ delivery, reason: 'a two' })));
      taken.push(...deliveries.map(({ data }) => data));
    });
    const consumer = await start(undefined, {
      setAside: async ({ data }, reason) => void aside.push(`${data}: ${reason}`),
    });
    await eventually(() => consumer.status().position === 3);
    expect([taken, aside]).toEqual([['1', '3'], ['2: a two']]);
  });

  it('is not passed by before it is set aside', async () => {
    let isDown = true;
    const aside: string[] = [];
    const { bus, start } = await open((deliveries) => {
      throw new PoisonedEntries(deliveries.map((delivery) => ({ delivery, reason: 'never' })));
    });
    const consumer = await start(undefined, {
      async setAside({ data }) {
        if (isDown) throw new DaoyuError('BUS_UNAVAILABLE', 'away');
        aside.push(data);
      },
    });
    await eventually(() => consumer.status().problem?.code === 'BUS_UNAVAILABLE');
    expect((await bus.status()).consumers).toMatchObject([{ position: 0 }]);
    isDown = false;
    await eventually(() => consumer.status().position === 3);
    expect(aside).toEqual(['1', '2', '3']);
  });

  it('that is none of the group is a failure like any other, not a circle without a pause', async () => {
    let tries = 0;
    const { start } = await open(() => {
      tries += 1;
      throw new PoisonedEntries([]);
    });
    const consumer = await start(undefined, { backOff: { firstMs: 3_600_000, maxMs: 3_600_000 } });
    await eventually(() => consumer.status().problem !== undefined);
    expect(tries).toBe(1);
  });

  it('goes into quarantine as one record, however many consumers meet it and however often', async () => {
    const { bus, start } = await open((deliveries) => void readEntries(deliveries), ['not json']);
    const setAside = intoQuarantine({ bus, log: silent });
    for (const name of ['one', 'other']) await start(bus, { name, setAside });
    await eventually(async () => (await bus.status()).lastPosition === 3);
    const ids: string[] = [];
    const consumption = await bus.consume({ subjects: ['daoyu.quarantine.>'], from: 'first' });
    for await (const { data } of consumption) {
      const { records } = JSON.parse(data) as { records: { id: string; reason: { code: string }; payload: string }[] };
      expect(records).toMatchObject([{ reason: { code: 'ENTRY_UNREADABLE' }, payload: 'not json' }]);
      ids.push(...records.map(({ id }) => id));
      if (ids.length === 2) break;
    }
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-z-]{1,64}$/);
  });
});

describe('kill -9 of a process that follows the log', () => {
  it('loses nothing and keeps the order; what it had taken just before may come again', async () => {
    const [folder, file] = [mkdtempSync(join(tmpdir(), 'daoyu-follow-')), join(tmpdir(), `follow-${process.pid}`)];
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
      rmSync(file);
    });
    writeFileSync(file, '');
    const COUNT = 2000;
    const bus = await openLmdbBus({ folder, maxBytes: 1e9, retainMs: 86_400_000, clock: Date.now });
    await bus.append(Array.from({ length: COUNT }, (_, index) => ({ subject: SUBJECT, data: String(index) })));
    await bus.close();
    const taken = () => readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number);
    const script = compiled('test/bus/following-process.ts');
    const resumedAt: (number | undefined)[] = [];
    for (let kill = 0; kill < 3 && !taken().includes(COUNT - 1); kill++) {
      const before = taken().length;
      const child = spawn(process.execPath, [script, folder, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let groups = 0;
      for await (const _ of createInterface({ input: child.stdout })) {
        groups += 1;
        // Long enough for positions to become durable; the last one goes on to the end.
        if (kill < 2 && groups === 60 - 15 * kill) child.kill('SIGKILL');
        if (taken().at(-1) === COUNT - 1) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      resumedAt.push(taken()[before]);
    }
    const numbers = taken();
    expect([...new Set(numbers)]).toEqual(Array.from({ length: COUNT }, (_, index) => index));
    // Each process begins at one place and never goes back: as many steps back as kills, at most.
    const back = numbers.filter((number, index) => index > 0 && number !== (numbers[index - 1] ?? 0) + 1);
    expect(back.length).toBeLessThanOrEqual(2);
    expect(resumedAt[0]).toBe(0);
    // Sixty groups take over a second, and positions are on disk every half.
    expect(resumedAt[1]).toBeGreaterThan(0);
  }, 60_000);
});
