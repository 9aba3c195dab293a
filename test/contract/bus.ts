/** What every event log must do; run against each implementation. */
import { describe, expect, it } from 'vitest';
import type { Bus, ConsumeOptions, Delivery } from '../../bus/bus.ts';
import { eventually } from '../eventually.ts';

export interface BusFeatures {
  /** Survives closing and opening again. */
  readonly reopen?: (bus: Bus) => Promise<Bus>;
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
      const out: Delivery[] = [];
      const reading = (async () => {
        for await (const delivery of consumption) out.push(delivery);
      })();
      await eventually(() => out.length >= 3);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(out.map((delivery) => delivery.data)).toEqual(['0', '1', '2']);
      out[0]?.ack();
      await eventually(() => out.length >= 4);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(out).toHaveLength(4);
      await consumption.close();
      await reading;
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

  if (features.reopen === undefined) return;
  const { reopen } = features;

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
