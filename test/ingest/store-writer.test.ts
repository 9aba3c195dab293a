import { describe, expect, it, onTestFinished } from 'vitest';
import { openMemoryBus } from '../../bus/memory.ts';
import { DaoyuError } from '../../errors.ts';
import { startStoreWriter } from '../../ingest/store-writer.ts';
import { openMemoryStore } from '../../store/memory.ts';
import type { Batch, Store } from '../../store/store.ts';
import { subjects } from '../../topics.ts';
import { eventually } from '../eventually.ts';
import { NOW, silent } from './parts.ts';

const SUBJECT = subjects.readings('tianyu', 'aquaculture_pond');

function entry(...values: readonly number[]): { subject: string; data: string } {
  const readings = values.map((value) => ({
    ...{ park: 'tianyu', site: 's', device: 'd', kind: 'aquaculture_pond' },
    ...{ time: NOW + value, receivedAt: NOW, values: { ph: value } },
  }));
  const tally = { park: 'tianyu', device: 'd', received: values.length, duplicate: 0, quarantined: 0 };
  return { subject: SUBJECT, data: JSON.stringify({ version: 1, readings, tallies: [tally] }) };
}

async function open(write: (batch: Batch, position: number, store: Store) => ReturnType<Store['write']>) {
  const [bus, memory] = [openMemoryBus(), openMemoryStore()];
  const store: Store = { ...memory, write: (batch, position) => write(batch, position, memory) };
  const start = async () => {
    const writer = await startStoreWriter({ bus, store, log: silent, backoffMs: [1] });
    onTestFinished(() => writer.close());
    return writer;
  };
  const stored = async () => (await memory.status()).readings;
  return { bus, memory, start, stored };
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

  it('finds the one entry that the store refuses, and counts its readings as quarantined', async () => {
    const { bus, start, stored, memory } = await open((batch, position, store) =>
      batch.readings.some(({ values }) => values.ph === 2)
        ? Promise.reject(new DaoyuError('STORE_REFUSED', 'type conflict'))
        : store.write(batch, position),
    );
    for (const value of [1, 2, 3]) await bus.append([entry(value)]);
    await start();
    await eventually(async () => (await stored()) === 2);
    await eventually(async () => (await memory.committed()).ledger[0]?.received === 3);
    expect((await memory.committed()).ledger).toMatchObject([{ received: 3, stored: 2, quarantined: 1 }]);
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
});
