/** A store that is older than the log: put back from a backup, deleted, or cut short. */
import { getEventListeners } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { subjects } from '../../base/topics.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { openLastingLedger } from '../../consumers/lasting-ledger.ts';
import { openPositionNote } from '../../consumers/store-position.ts';
import { startStoreWriter } from '../../consumers/store-writer.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { DEFAULT_WRITER, type Store } from '../../store/store.ts';
import { eventually } from '../eventually.ts';
import { NOW, silent } from '../ingest/parts.ts';

const SUBJECT = subjects.readings({ park: 'tianyu', device: 'probe' }, 'aquaculture_pond');

function entry(value: number): { subject: string; data: string } {
  const reading = {
    ...{ park: 'tianyu', site: 's', device: 'd', kind: 'aquaculture_pond' },
    ...{ time: NOW + value, receivedAt: NOW, values: { ph: value } },
  };
  const tally = { park: 'tianyu', device: 'd', received: 1, duplicate: 0, quarantined: 0 };
  return { subject: SUBJECT, data: JSON.stringify({ version: 1, readings: [reading], tallies: [tally] }) };
}

/** A log, and a store that can be exchanged for another while everything runs. */
function openParts(maxBytes?: number) {
  const bus = openMemoryBus(maxBytes === undefined ? {} : { maxBytes });
  const kv = openMemoryKv();
  let current = openMemoryStore();
  let failure: DaoyuError | undefined;
  const alive = () => {
    if (failure !== undefined) throw failure;
    return current;
  };
  const store: Pick<Store, 'write' | 'committed'> = {
    write: async (...args) => await alive().write(...args),
    committed: async () => await alive().committed(),
  };
  const start = async (acceptsGap = false) => {
    const note = openPositionNote(kv, DEFAULT_WRITER);
    const backOff = { firstMs: 1, maxMs: 5 };
    const writer = await startStoreWriter({ bus, store, log: silent, note, acceptsGap, backOff });
    onTestFinished(() => writer.close());
    return writer;
  };
  const openLedger = async (writer?: Awaited<ReturnType<typeof start>>) => {
    const isWhole = () => writer?.status().problem?.code !== 'STORE_BEHIND';
    const ledger = await openLastingLedger({ bus, store, log: silent, isWhole });
    onTestFinished(() => ledger.close());
    return ledger;
  };
  return {
    ...{ bus, start, openLedger },
    append: async (from: number, to: number) => {
      for (let value = from; value <= to; value++) await bus.append([entry(value)]);
    },
    stored: async () => (await current.status()).readings,
    exchange: (other: Store) => {
      current = other;
    },
    fail: (error: DaoyuError | undefined) => {
      failure = error;
    },
  };
}

describe('a store that lacks what it had taken', () => {
  it('is filled from the log again at the next start, and the ledger says so', async () => {
    const { append, start, openLedger, stored, exchange } = openParts();
    const backup = openMemoryStore();
    await append(1, 40);
    const first = await start();
    await eventually(async () => (await stored()) === 40);
    await first.close();
    exchange(backup);
    const ledger = await openLedger(await start());
    await eventually(async () => (await stored()) === 40);
    expect(await ledger.account()).toMatchObject({
      isComplete: true,
      rows: [{ received: 40, stored: 40, pending: 0 }],
    });
  });

  it('is refused when the log does not go back so far, until somebody accepts the gap', async () => {
    const size = entry(1).data.length;
    const { bus, append, start, openLedger, stored, exchange } = openParts(10.5 * size);
    const first = await start();
    for (let value = 1; value <= 40; value++) {
      await append(value, value);
      await eventually(async () => (await stored()) === value && first.status().position === value);
    }
    await first.close();
    exchange(openMemoryStore());
    const writer = await start();
    const ledger = await openLedger(writer);
    expect(writer.status().problem).toMatchObject({ code: 'STORE_BEHIND' });
    expect(writer.status().problem?.message).toMatch(/position 0 but had taken 40.*DAOYU_STORE_GAP=accept/);
    expect((await ledger.account()).isComplete).toBe(false);
    expect(await stored()).toBe(0);
    // Nothing is forgotten meanwhile, and intake goes on.
    await append(41, 42);
    expect((await bus.status()).consumers).toMatchObject([{ name: DEFAULT_WRITER, pending: 2 }]);
    await writer.close();
    const { firstPosition } = await bus.status();
    await start(true);
    await eventually(async () => (await stored()) === 42 - firstPosition + 1);
  });

  it('is filled again when it goes back while everything runs', async () => {
    const { append, start, openLedger, stored, exchange, fail } = openParts();
    await append(1, 30);
    const writer = await start();
    const ledger = await openLedger(writer);
    await eventually(async () => (await stored()) === 30);
    fail(new DaoyuError('STORE_UNAVAILABLE', 'away'));
    await append(31, 35);
    await eventually(() => writer.status().problem !== undefined);
    exchange(openMemoryStore());
    fail(undefined);
    await eventually(async () => (await stored()) === 35);
    const account = await eventually(
      () => ledger.account(),
      ({ isComplete, rows }) => isComplete && rows[0]?.pending === 0,
    );
    expect(account.rows).toMatchObject([{ received: 35, stored: 35 }]);
  });

  it('leaves no listeners behind, however often that happens', async () => {
    const signals = new Set<EventTarget>();
    const add = EventTarget.prototype.addEventListener;
    const spy = vi.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (
      this: EventTarget,
      ...given
    ) {
      signals.add(this);
      add.apply(this, given);
    });
    onTestFinished(() => spy.mockRestore());
    const { append, start, stored, exchange, fail } = openParts();
    const writer = await start();
    for (let round = 1; round <= 6; round++) {
      fail(new DaoyuError('STORE_UNAVAILABLE', 'away'));
      await append(round, round);
      await eventually(() => writer.status().problem !== undefined);
      exchange(openMemoryStore());
      fail(undefined);
      await eventually(async () => (await stored()) === round);
    }
    const listeners = [...signals].map((signal) => getEventListeners(signal, 'abort').length);
    expect(Math.max(...listeners)).toBeLessThan(3);
  });
});

describe('a store that cannot be opened at the start', () => {
  it('gets everything when it can, and the ledger answers from then on', async () => {
    const { bus, append, start, openLedger, stored, fail } = openParts();
    fail(new DaoyuError('STORE_DAMAGED', 'the file cannot be read'));
    const writer = await start();
    const ledger = await openLedger(writer);
    expect(writer.status().problem).toMatchObject({ code: 'STORE_DAMAGED' });
    await append(1, 5);
    expect((await bus.status()).consumers).toMatchObject([{ name: DEFAULT_WRITER, pending: 5 }]);
    await expect(ledger.account()).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    fail(undefined);
    await eventually(async () => (await stored()) === 5);
    const account = await eventually(
      () => ledger.account(),
      ({ isComplete, rows }) => isComplete && rows[0]?.pending === 0,
    );
    expect(account.rows).toMatchObject([{ received: 5, stored: 5 }]);
  });
});
