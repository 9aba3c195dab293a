/** What every event log must do; run against each implementation. */
import { describe, expect, it } from 'vitest';
import type { Bus, ConsumeOptions, Consumption, Delivery } from '../../bus/bus.ts';
import { eventually } from '../eventually.ts';

export interface BusFeatures {
  /** Survives closing and opening again. */
  readonly reopen?: (bus: Bus) => Promise<Bus>;
  /** What is there after the process, or the server, was killed: nothing was closed. */
  readonly crash?: (bus: Bus) => Promise<Bus>;
}

/** A log with room for a hundred entries of a thousand characters or so. */
export interface BusUnderTest {
  readonly open: () => Promise<Bus>;
  readonly openSmall: () => Promise<Bus>;
}

/** The next deliveries, acknowledged or not. */
export async function take(
  bus: Bus,
  options: ConsumeOptions,
  count: number,
  each: (delivery: Delivery) => void = (delivery) => delivery.ack(),
): Promise<string[]> {
  const consumption = await bus.consume(options);
  const texts: string[] = [];
  if (count > 0) {
    for await (const delivery of consumption) {
      texts.push(delivery.data);
      each(delivery);
      if (texts.length === count) break;
    }
  }
  await consumption.close();
  return texts;
}

const entry = (data: string, subject = 'daoyu.readings.park.pond') => ({ subject, data });
const durable = (name: string, subjects = ['daoyu.>']): ConsumeOptions => ({ name, subjects, from: 'first' });

/** Reads on in the background. */
function collect(consumption: Consumption, each: (delivery: Delivery) => void = () => {}) {
  const out: Delivery[] = [];
  const done = (async () => {
    for await (const delivery of consumption) {
      out.push(delivery);
      each(delivery);
    }
  })();
  return { out, texts: () => out.map(({ data }) => data), done };
}

/** Resolves when another consumer has read all that is on the log: what was to be given meanwhile is given. */
async function untilRead(bus: Bus, count: number): Promise<void> {
  await take(bus, { subjects: ['daoyu.>'], from: 'first' }, count);
}

export function describeBus(name: string, features: BusFeatures, { open, openSmall }: BusUnderTest): void {
  describe(`${name}: appending`, () => {
    it('gives growing positions and keeps the order of entries', async () => {
      const bus = await open();
      const first = await bus.append([entry('a'), entry('b')]);
      const second = await bus.append([entry('c')]);
      expect(second).toBeGreaterThan(first);
      expect(await take(bus, durable('reader'), 3)).toEqual(['a', 'b', 'c']);
    });

    it('keeps the order of appends that were not awaited', async () => {
      const bus = await open();
      await Promise.all(Array.from({ length: 50 }, (_, index) => bus.append([entry(String(index))])));
      expect(await take(bus, durable('reader'), 50)).toEqual(Array.from({ length: 50 }, (_, index) => String(index)));
    });

    it('refuses when it is full of what a consumer still needs, forgets nothing, and goes on when that one has taken it', async () => {
      const bus = await openSmall();
      const consumption = await bus.consume(durable('slow'));
      const data = 'x'.repeat(1000);
      let appended = 0;
      await expect(async () => {
        for (; appended < 1000; appended++) await bus.append([entry(`${appended} ${data}`)]);
      }).rejects.toMatchObject({ code: 'BUS_FULL' });
      expect(appended).toBeGreaterThan(10);
      expect((await bus.status()).isWritable).toBe(false);
      const seen: number[] = [];
      for await (const delivery of consumption) {
        seen.push(Number(delivery.data.split(' ')[0]));
        delivery.ack();
        if (seen.length === appended) break;
      }
      expect(seen).toEqual(Array.from({ length: appended }, (_, index) => index));
      await bus.append([entry('room again')]);
      expect((await bus.status()).isWritable).toBe(true);
      await consumption.close();
    });

    it('full of readings it still takes time, alarms and what people do, and says that it is full until there is room', async () => {
      const bus = await openSmall();
      const slow = await bus.consume(durable('slow'));
      const fill = async () => {
        for (let count = 0; count < 1000; count++) await bus.append([entry('x'.repeat(1000))]);
      };
      const isFull = { code: 'BUS_FULL' };
      await expect(fill()).rejects.toMatchObject(isFull);
      for (const area of ['clock', 'alarms.park', 'actions.park', 'commands.park', 'registry'])
        await bus.append([{ subject: `daoyu.${area}`, data: 'now' }]);
      expect(await bus.status()).toMatchObject({ isWritable: false, problem: isFull });
      await expect(bus.append([entry('x'.repeat(1000))])).rejects.toMatchObject(isFull);
      const mixed = [{ subject: 'daoyu.clock', data: 'now' }, entry('x'.repeat(1000))];
      await expect(bus.append(mixed)).rejects.toMatchObject(isFull);
      const { lastPosition } = await bus.status();
      for await (const delivery of slow) {
        delivery.ack();
        if (delivery.position === lastPosition) break;
      }
      await slow.close();
      await eventually(async () => {
        await bus.append([{ subject: 'daoyu.clock', data: 'now' }]);
        return (await bus.status()).isWritable;
      });
    });

    it('forgets the oldest for the new when everybody has taken it', async () => {
      const bus = await openSmall();
      await take(bus, durable('quick'), 0);
      const consumption = await bus.consume(durable('quick'));
      const reading = (async () => {
        let count = 0;
        for await (const delivery of consumption) {
          delivery.ack();
          count += 1;
          if (count === 300) return count;
        }
        return count;
      })();
      for (let index = 0; index < 300; index++) {
        await bus.append([entry('x'.repeat(1000))]);
        // The reader takes its turn.
        await new Promise(setImmediate);
      }
      expect(await reading).toBe(300);
      const { firstPosition, lastPosition } = await bus.status();
      expect(lastPosition - firstPosition).toBeLessThan(200);
      await consumption.close();
    });
  });

  describe(`${name}: consuming`, () => {
    it('by subject patterns, independently of each other', async () => {
      const bus = await open();
      await bus.append([
        entry('pond'),
        entry('paddy', 'daoyu.readings.park.paddy'),
        entry('bad', 'daoyu.quarantine.park'),
      ]);
      expect(await take(bus, durable('all'), 3)).toEqual(['pond', 'paddy', 'bad']);
      expect(await take(bus, durable('readings', ['daoyu.readings.>']), 2)).toEqual(['pond', 'paddy']);
      expect(await take(bus, durable('paddies', ['daoyu.readings.*.paddy']), 1)).toEqual(['paddy']);
    });

    it('resumes behind the last acknowledgement, and gives again what was not acknowledged', async () => {
      const bus = await open();
      await bus.append(['a', 'b', 'c', 'd'].map((data) => entry(data)));
      expect(await take(bus, durable('reader'), 3, (delivery) => delivery.data !== 'b' && delivery.ack())).toEqual([
        'a',
        'b',
        'c',
      ]);
      expect(await take(bus, durable('reader'), 3)).toEqual(['b', 'c', 'd']);
    });

    it('gives an entry again after retry, and those behind it after it', async () => {
      const bus = await open();
      await bus.append(['a', 'b', 'c'].map((data) => entry(data)));
      let isFirst = true;
      const texts = await take(bus, durable('reader'), 4, (delivery) => {
        if (delivery.data === 'b' && isFirst) {
          isFirst = false;
          delivery.retry(20);
        } else delivery.ack();
      });
      expect(texts).toEqual(['a', 'b', 'b', 'c']);
    });

    it('has no more out than allowed', async () => {
      const bus = await open();
      await bus.append(Array.from({ length: 10 }, (_, index) => entry(String(index))));
      const consumption = await bus.consume({ ...durable('reader'), maxInFlight: 3 });
      const { out, texts, done } = collect(consumption);
      await eventually(() => out.length >= 3);
      await untilRead(bus, 10);
      expect(texts()).toEqual(['0', '1', '2']);
      out[0]?.ack();
      await eventually(() => out.length >= 4);
      await untilRead(bus, 10);
      expect(texts()).toEqual(['0', '1', '2', '3']);
      await consumption.close();
      await done;
    });

    it('under one name goes to one consumption at a time; the next goes on behind its last acknowledgement when that is closed', async () => {
      const bus = await open();
      await bus.append(['a', 'b', 'c'].map((data) => entry(data)));
      const one = await bus.consume(durable('reader'));
      const first = collect(one, (delivery) => delivery.data === 'a' && delivery.ack());
      await eventually(() => first.out.length === 3);
      const two = await bus.consume(durable('reader'));
      const second = collect(two, (delivery) => delivery.ack());
      await bus.append([entry('d')]);
      await eventually(() => first.out.length === 4);
      await untilRead(bus, 4);
      expect(second.texts()).toEqual([]);
      await one.close();
      await first.done;
      await eventually(() => second.out.length === 3, Boolean, 10_000);
      expect(second.texts()).toEqual(['b', 'c', 'd']);
      await two.close();
      await second.done;
      expect(await take(bus, durable('reader'), 0)).toEqual([]);
      await eventually(async () => (await bus.status()).consumers[0]?.pending === 0);
    });

    it('counts no acknowledgement of what was given before a retry', async () => {
      const bus = await open();
      await bus.append(['a', 'b', 'c', 'd'].map((data) => entry(data)));
      const consumption = await bus.consume({ ...durable('reader'), maxInFlight: 2 });
      const { out, texts, done } = collect(consumption);
      await eventually(() => out.length === 2);
      out[0]?.retry(0);
      await eventually(() => out.length === 4);
      // Given twice, and acknowledged only as they were before.
      out[0]?.ack();
      out[1]?.ack();
      await untilRead(bus, 4);
      expect(texts()).toEqual(['a', 'b', 'a', 'b']);
      await consumption.close();
      await done;
      expect(await take(bus, durable('reader'), 4)).toEqual(['a', 'b', 'c', 'd']);
    });

    it('of a quiet subject moves on with the log, so that it can be trimmed', async () => {
      const bus = await openSmall();
      const quiet = await bus.consume(durable('quiet', ['daoyu.quarantine.>']));
      const { done, texts } = collect(quiet, (delivery) => delivery.ack());
      // Three times what it holds.
      for (let index = 0; index < 300; index++) {
        await bus.append([entry('x'.repeat(1000))]);
        if (index % 20 === 0)
          await eventually(async () => ((await bus.status()).consumers[0]?.pending ?? 99) === 0, Boolean, 10_000);
      }
      await bus.append([entry('at last', 'daoyu.quarantine.park')]);
      await eventually(() => texts().length === 1);
      await quiet.close();
      await done;
    });

    it('is forgotten: the log waits for it no longer, and the name begins anew', async () => {
      const bus = await openSmall();
      await bus.append([entry('first')]);
      expect(await take(bus, durable('reader'), 1)).toEqual(['first']);
      await bus.forget('reader');
      expect((await bus.status()).consumers).toEqual([]);
      await bus.forget('nobody');
      expect(await take(bus, durable('reader'), 1)).toEqual(['first']);
      await bus.forget('reader');
      for (let index = 0; index < 300; index++) await bus.append([entry('x'.repeat(1000))]);
      expect((await bus.status()).firstPosition).toBeGreaterThan(1);
    });

    it('without a name begins where it is told and leaves no trace', async () => {
      const bus = await open();
      const position = await bus.append([entry('a'), entry('b')]);
      const fresh = await bus.consume({ subjects: ['daoyu.>'], from: 'new' });
      await bus.append([entry('c')]);
      for await (const delivery of fresh) {
        expect(delivery.data).toBe('c');
        break;
      }
      await fresh.close();
      expect(await take(bus, { subjects: ['daoyu.>'], from: { after: position - 1 } }, 2)).toEqual(['b', 'c']);
      expect((await bus.status()).consumers).toEqual([]);
    });

    it('ends when it is closed, and when the log is', async () => {
      const bus = await open();
      const one = await bus.consume(durable('one'));
      const two = await bus.consume(durable('two'));
      const drained = [one, two].map(async (consumption) => {
        for await (const _ of consumption);
        return 'ended';
      });
      await one.close();
      await bus.close();
      expect(await Promise.all(drained)).toEqual(['ended', 'ended']);
      await expect(bus.append([entry('late')])).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
    });
  });

  const { reopen, crash } = features;
  if (crash !== undefined)
    describe(`${name}: after a crash`, () => {
      it('gives again what was not acknowledged, in order, and nothing that was long before', async () => {
        const bus = await open();
        await bus.append(['a', 'b', 'c', 'd'].map((data) => entry(data)));
        expect(await take(bus, durable('reader'), 2)).toEqual(['a', 'b']);
        // Positions become durable a little later.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const held: string[] = [];
        const consumption = await bus.consume(durable('reader'));
        for await (const { data } of consumption) if (held.push(data) === 2) break;
        const again = await crash(bus);
        expect(held).toEqual(['c', 'd']);
        expect(await take(again, durable('reader'), 2)).toEqual(['c', 'd']);
        expect(await again.append([entry('e')])).toBe(5);
      });
    });
  if (reopen === undefined) return;

  describe(`${name}: after closing and opening`, () => {
    it('has every entry, every consumer where it was, and never uses a position twice', async () => {
      const bus = await open();
      const last = await bus.append(['a', 'b', 'c'].map((data) => entry(data)));
      await take(bus, durable('reader'), 2);
      const again = await reopen(bus);
      expect(await again.append([entry('d')])).toBe(last + 1);
      expect(await take(again, durable('reader'), 2)).toEqual(['c', 'd']);
      expect(await take(again, durable('other'), 4)).toEqual(['a', 'b', 'c', 'd']);
    });
  });
}
