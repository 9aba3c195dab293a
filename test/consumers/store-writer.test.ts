import { describe, expect, it, onTestFinished } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { subjects } from '../../base/topics.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import type { QuarantineRecord } from '../../bus/rejection.ts';
import { startStoreWriter } from '../../consumers/store-writer.ts';
import { unpacked } from '../../sensors/packed-reading.ts';
import type { Reading } from '../../sensors/reading.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { type Batch, DEFAULT_WRITER, type RejectedReading, type Store, type WriteOptions } from '../../store/store.ts';
import { eventually } from '../eventually.ts';
import { NOW, silent } from '../ingest/parts.ts';

const SUBJECT = subjects.readings({ park: 'tianyu', device: 'probe' }, 'aquaculture_pond');

function entry(...values: readonly number[]): { subject: string; data: string } {
  const readings = values.map((value) => ({
    ...{ park: 'tianyu', site: 's', device: 'd', kind: 'aquaculture_pond' },
    ...{ time: NOW + value, receivedAt: NOW, values: { ph: value } },
  }));
  const tally = { park: 'tianyu', device: 'd', received: values.length, duplicate: 0, quarantined: 0 };
  return { subject: SUBJECT, data: JSON.stringify({ version: 1, readings, tallies: [tally] }) };
}

async function open(
  write: (batch: Batch, position: number, store: Store, options?: WriteOptions) => ReturnType<Store['write']>,
) {
  const [bus, memory] = [openMemoryBus(), openMemoryStore()];
  let reject: (readings: readonly RejectedReading[]) => Promise<void> = async () => {};
  /** As a store that was interrupted in the middle of a batch. */
  let begun: { readonly position?: number; readonly pendingUpTo?: number } | undefined;
  const store: { -readonly [name in keyof Store]: Store[name] } = {
    ...memory,
    async committed() {
      const { writers, ledger } = await memory.committed();
      return begun === undefined
        ? { writers, ledger }
        : { writers: { [DEFAULT_WRITER]: { position: begun.position ?? 0 } }, ledger };
    },
    checkpoint: { adopt: async () => {}, pendingUpTo: async () => begun?.pendingUpTo },
    rejectedPoints: {
      onRejected(_writer, keep) {
        reject = keep;
        return () => {
          reject = async () => {};
        };
      },
    },
    async write(batch, position, options) {
      const outcome = await write(batch, position, memory, options);
      begun = undefined;
      return outcome;
    },
  };
  const start = async (interrupted?: typeof begun) => {
    begun = interrupted;
    const writer = await startStoreWriter({ bus, store, log: silent, backOff: { firstMs: 1, maxMs: 1 } });
    onTestFinished(() => writer.close());
    return writer;
  };
  const stored = async () => (await memory.status()).readings;
  return { bus, memory, store, start, stored, reject: (readings: readonly RejectedReading[]) => reject(readings) };
}

describe('the store writer', () => {
  it('goes on for as long as the store is away, and loses and doubles nothing', async () => {
    let failures = 20;
    const { bus, start, stored, memory } = await open((batch, position, store) => {
      failures -= 1;
      if (failures > 0) return Promise.reject(new DaoyuError('STORE_UNAVAILABLE', 'away'));
      return store.write(batch, position);
    });
    for (let count = 0; count < 50; count++) await bus.append([entry(count)]);
    const writer = await start();
    await eventually(() => writer.status().problem?.code === 'STORE_UNAVAILABLE' || failures <= 0);
    await eventually(async () => (await stored()) === 50);
    expect(writer.status().problem).toBeUndefined();
    expect((await memory.committed()).ledger).toMatchObject([{ received: 50, stored: 50, duplicate: 0 }]);
  });

  it('begins anew where the store stands after a crash between its commit and the acknowledgement', async () => {
    const { bus, start, stored, memory } = await open(async (batch, position, store) => {
      const outcome = await store.write(batch, position);
      // The commit happened, its answer was lost.
      if (position === 3) throw new DaoyuError('STORE_UNAVAILABLE', 'connection reset');
      return outcome;
    });
    for (const value of [1, 2, 3]) await bus.append([entry(value)]);
    const writer = await start();
    await eventually(async () => (await stored()) === 3);
    await writer.close();
    await start();
    await bus.append([entry(4)]);
    await eventually(async () => (await stored()) === 4);
    expect((await memory.committed()).ledger).toMatchObject([{ received: 4, stored: 4, duplicate: 0 }]);
  });

  it('puts what it cannot read into quarantine and goes on', async () => {
    const { bus, start, stored } = await open((batch, position, store) => store.write(batch, position));
    await bus.append([{ subject: SUBJECT, data: 'not json' }]);
    await bus.append([{ subject: SUBJECT, data: '{"version":1,"readings":[{}],"tallies":[]}' }]);
    await bus.append([entry(1)]);
    await start();
    await eventually(async () => (await stored()) === 1);
    const consumption = await bus.consume({ subjects: [subjects.allQuarantine], from: 'first' });
    const codes: string[] = [];
    for await (const { data } of consumption) {
      const { records } = JSON.parse(data) as { records: { reason: { code: string } }[] };
      codes.push(...records.map(({ reason }) => reason.code));
      if (codes.length === 2) break;
    }
    expect(codes).toEqual(['ENTRY_UNREADABLE', 'ENTRY_UNREADABLE']);
  });

  it('takes a text among the values for unreadable, because a store would refuse the batch for ever', async () => {
    const { bus, start, stored } = await open((batch, position, store) => store.write(batch, position));
    const poisoned = entry(1);
    await bus.append([{ ...poisoned, data: poisoned.data.replace('"ph":1', '"ph":"1"') }]);
    await bus.append([entry(2)]);
    await start();
    await eventually(async () => (await stored()) === 1);
  });

  it('puts just the reading that the store refuses into quarantine, with the reason, and counts it there', async () => {
    const opened = await open(async (batch, position, store, options) => {
      const isGood = ({ values }: Reading) => values.ph !== 2;
      const readings = batch.readings.map(unpacked);
      const refused = readings.filter((reading) => !isGood(reading));
      await opened.reject(refused.map((reading) => ({ reading, reason: 'type conflict' })));
      const tallies = refused.map(({ park, device }) => ({ park, device, received: 0, duplicate: 0, quarantined: 1 }));
      return store.write(
        { readings: readings.filter(isGood), tallies: [...batch.tallies, ...tallies] },
        position,
        options,
      );
    });
    const { bus, start, stored, memory } = opened;
    await bus.append([entry(1, 2, 3)]);
    await start();
    await eventually(async () => (await stored()) === 2);
    expect((await memory.committed()).ledger).toMatchObject([{ received: 3, stored: 2, quarantined: 1 }]);
    const consumption = await bus.consume({ subjects: [subjects.allQuarantine], from: 'first' });
    for await (const { data } of consumption) {
      const { records } = JSON.parse(data) as { records: QuarantineRecord[] };
      expect(records).toMatchObject([{ device: 'd', scope: 'reading', reason: { code: 'STORE_REFUSED' } }]);
      expect(JSON.parse(records[0]?.payload ?? '')).toEqual({ time: NOW + 2, ph: 2 });
      break;
    }
  });

  it('ends its first batch where one was begun before a crash, whatever comes in a group', async () => {
    const ends: number[] = [];
    const { bus, start, memory } = await open((batch, position, store) => {
      ends.push(position);
      return store.write(batch, position);
    });
    for (let value = 1; value <= 400; value++) await bus.append([entry(value)]);
    const writer = await start({ pendingUpTo: 300 });
    await eventually(() => writer.status().position === 400);
    expect(ends[0]).toBe(300);
    expect((await memory.committed()).ledger).toMatchObject([{ received: 400, stored: 400, duplicate: 0 }]);
  });

  it('reaches the end of a begun batch also when the log gives it far more again than may be out at one time', async () => {
    const { bus, start, memory } = await open((batch, position, store) => store.write(batch, position));
    // The store had taken 600 when the power went; the log remembers none of the acknowledgements, and the next batch was begun.
    for (let value = 1; value <= 900; value++) await bus.append([entry(value)]);
    await memory.write({ readings: [], tallies: [] }, 600);
    const writer = await start({ position: 600, pendingUpTo: 850 });
    await eventually(() => writer.status().position === 900);
    expect((await memory.committed()).ledger).toMatchObject([{ received: 300, stored: 300, duplicate: 0 }]);
  });

  it('counts no entry twice when another process committed the first of them meanwhile', async () => {
    const entries = [1, 2, 3, 4, 5, 6, 7, 8].map((value) => entry(value));
    const first = entries.slice(0, 5).map(({ data }) => JSON.parse(data) as Batch);
    const ends: number[] = [];
    const { bus, start, memory } = await open(async (batch, position, store, options) => {
      ends.push(position);
      const others = {
        readings: first.flatMap(({ readings }) => readings),
        tallies: first.flatMap(({ tallies }) => tallies),
      };
      if (ends.length === 1) await store.write(others, 5);
      return await store.write(batch, position, options);
    });
    for (const each of entries) await bus.append([each]);
    const writer = await start();
    await eventually(() => writer.status().position === 8);
    expect(ends[0]).toBe(8);
    // The eight that were sent: a ledger of 13 received, 5 of them duplicates, would add up as well.
    expect((await memory.committed()).ledger).toMatchObject([{ received: 8, stored: 8, duplicate: 0 }]);
  });

  it('asks where the store stands after each failure, as often as asking fails itself', async () => {
    let asked = 0;
    const { bus, start, memory, store } = await open(async (batch, position, at, options) => {
      if (asked === 1) {
        asked = 2;
        await at.write(batch, position);
        throw new DaoyuError('STORE_UNAVAILABLE', 'the answer was lost');
      }
      return await at.write(batch, position, options);
    });
    const committed = store.committed;
    store.committed = async () => {
      asked += 1;
      if (asked > 2 && asked < 6) throw new DaoyuError('STORE_UNAVAILABLE', 'away');
      return await committed();
    };
    for (const value of [1, 2, 3]) await bus.append([entry(value)]);
    const writer = await start();
    await eventually(() => writer.status().position === 3);
    expect(asked).toBeGreaterThanOrEqual(6);
    expect((await memory.committed()).ledger).toMatchObject([{ received: 3, stored: 3, duplicate: 0 }]);
  });

  it('closes while the store is away', async () => {
    const { bus, start } = await open(() => Promise.reject(new DaoyuError('STORE_UNAVAILABLE', 'away')));
    await bus.append([entry(1)]);
    const writer = await start();
    await eventually(() => writer.status().problem !== undefined);
    await writer.close();
  });

  it('does not start behind a log that was replaced: its entries would look like old ones', async () => {
    const { memory, start } = await open((batch, position, store) => store.write(batch, position));
    await memory.write({ readings: [], tallies: [] }, 100);
    await expect(start()).rejects.toMatchObject({ code: 'LOG_REPLACED' });
  });

  it('does not take the answer of a server that lags behind for a log that was replaced', async () => {
    const [bus, store] = [openMemoryBus(), openMemoryStore()];
    for (const value of [1, 2, 3]) await bus.append([entry(value)]);
    await store.write({ readings: [], tallies: [] }, 3);
    let asked = 0;
    const lagging = {
      ...bus,
      async status() {
        asked += 1;
        return { ...(await bus.status()), ...(asked < 3 && { lastPosition: 1 }) };
      },
    };
    const warnings: string[] = [];
    const log = { ...silent, warn: (_fields: object, message: string) => void warnings.push(message) };
    const writer = await startStoreWriter({ bus: lagging, store, log, doubtMs: 60_000 });
    onTestFinished(() => writer.close());
    expect(writer.status().problem).toBeUndefined();
    // The words that docs/nats.md names; once, however often it asks.
    expect(warnings).toEqual([expect.stringMatching(/last position, but the store has taken 3: not sure yet /)]);
    await bus.append([entry(4)]);
    await eventually(async () => (await store.status()).readings === 1);
  });
});
