/** A device that is removed with its readings: what reaches the log only afterwards does not bring any back. */
import { expect, it, onTestFinished } from 'vitest';
import { createRemoveReadings } from '../../app/remove-readings.ts';
import { subjects } from '../../base/topics.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { parseEntry } from '../../bus/parse-event.ts';
import { openLedger } from '../../consumers/ledger.ts';
import { startStoreWriter } from '../../consumers/store-writer.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { followRemovedReadings } from '../../registry/removed-readings.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { eventually } from '../eventually.ts';
import { NOW, silent } from '../ingest/parts.ts';

const DEVICE = { park: 'tianyu', device: 'probe' };

async function open() {
  const [bus, kv, store] = [openMemoryBus(), openMemoryKv(), openMemoryStore()];
  const view = await followRemovedReadings(kv);
  const writer = await startStoreWriter({ bus, store, log: silent, isRemoved: view.covers });
  const ledger = await openLedger({ bus, store, log: silent });
  onTestFinished(async () => {
    await ledger.close();
    await writer.close();
    view.close();
  });
  const done: string[] = [];
  const remove = createRemoveReadings({
    registry: {
      setDevice: async () => {
        done.push('shut out');
        return undefined as never;
      },
      removeDevice: async () => void done.push('removed'),
    },
    ...{ ledger, kv, clock: () => NOW, settleMs: 5 },
    store: { remove: (device) => store.remove(device) },
  });
  const append = (receivedAt: number, time = receivedAt, device = DEVICE.device) => {
    const reading = { ...DEVICE, device, site: 's', kind: 'aquaculture_pond', time, receivedAt, values: { ph: 7 } };
    const tallies = [{ ...DEVICE, device, received: 1, duplicate: 0, quarantined: 0 }];
    const data = JSON.stringify({ version: 1, readings: [reading], tallies });
    return bus.append([{ subject: subjects.readings(DEVICE, 'aquaculture_pond'), data }]);
  };
  const settled = () =>
    eventually(
      () => ledger.account(),
      ({ rows }) => rows.every(({ pending }) => pending === 0),
    );
  return { bus, kv, store, ledger, done, remove, append, settled };
}

it('is not stored again by an append that stalled until the device was gone, which the ledger counts as quarantined', async () => {
  const { bus, store, done, remove, append, settled } = await open();
  await append(NOW - 2000);
  await remove(DEVICE.park, DEVICE.device);
  expect(done).toEqual(['shut out', 'removed']);
  await append(NOW - 1000);
  // Of another device, and of one that has the name again.
  await append(NOW - 1000, NOW - 1000, 'other');
  await append(NOW + 1000, NOW + 1000);
  const { rows } = await settled();
  expect(rows).toEqual([
    { ...DEVICE, device: 'other', received: 1, stored: 1, duplicate: 0, quarantined: 0, pending: 0 },
    { ...DEVICE, received: 3, stored: 2, duplicate: 0, quarantined: 1, pending: 0 },
  ]);
  expect(await store.holding(DEVICE)).toEqual({ readings: 1, first: NOW + 1000, last: NOW + 1000 });
  const consumption = await bus.consume({ name: 'test', subjects: [subjects.allQuarantine], from: 'first' });
  for await (const { data } of consumption) {
    expect(parseEntry(data)?.records).toMatchObject([{ ...DEVICE, reason: { code: 'DEVICE_REMOVED' } }]);
    break;
  }
  await consumption.close();
});

it('is known to writers that start afterwards', async () => {
  const { kv, remove } = await open();
  await remove(DEVICE.park, DEVICE.device);
  const view = await followRemovedReadings(kv);
  onTestFinished(() => view.close());
  expect([NOW, NOW + 1].map((receivedAt) => view.covers({ ...DEVICE, receivedAt }))).toEqual([true, false]);
});
