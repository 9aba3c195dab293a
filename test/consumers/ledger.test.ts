import { describe, expect, it, onTestFinished } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { subjects } from '../../base/topics.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { openLedger } from '../../consumers/ledger.ts';
import { openMemoryStore } from '../../store/memory.ts';
import type { Store } from '../../store/store.ts';
import { eventually } from '../eventually.ts';
import { NOW, openParts, silent } from '../ingest/parts.ts';

/** A store that is away until it is told to come back. */
function storeThatFails(): { readonly store: Store; comeBack(): void } {
  const memory = openMemoryStore();
  let isAway = true;
  return {
    store: {
      ...memory,
      write: (batch, position) =>
        isAway ? Promise.reject(new DaoyuError('STORE_UNAVAILABLE', 'away')) : memory.write(batch, position),
    },
    comeBack: () => {
      isAway = false;
    },
  };
}

describe('the ledger', () => {
  it('shows what the store has not taken as pending, and nothing pending once it has', async () => {
    const { store, comeBack } = storeThatFails();
    const { addDevice, publish, ledger, row } = await openParts({ store });
    await addDevice('probe');
    await publish('probe', [{ time: NOW, ph: 7 }, { time: NOW - 1000, ph: 7 }, { time: NOW, ph: 7 }, { ph: 99 }]);
    expect(await ledger.rows()).toEqual([
      { park: 'tianyu', device: 'probe', received: 4, stored: 0, duplicate: 1, quarantined: 1, pending: 2 },
    ]);
    comeBack();
    expect(await row('probe')).toEqual({ received: 4, stored: 2, duplicate: 1, quarantined: 1 });
  });

  it('survives a restart while the store is away', async () => {
    const { store, comeBack } = storeThatFails();
    const first = await openParts({ store });
    const { bus, kv } = first;
    await first.addDevice('probe');
    await first.publish('probe', { time: NOW, ph: 7 });
    await first.close();
    const second = await openParts({ bus, kv, store });
    await second.publish('probe', { time: NOW + 1000, ph: 7 });
    expect(await second.ledger.rows()).toMatchObject([{ received: 2, stored: 0, pending: 2 }]);
    comeBack();
    expect(await second.row('probe')).toEqual({ received: 2, stored: 2, duplicate: 0, quarantined: 0 });
  });

  it('names one device or one park', async () => {
    const { addDevice, publish, ledger } = await openParts();
    await addDevice('a');
    await addDevice('b');
    await publish('a', { ph: 7 });
    await publish('b', { ph: 7 });
    expect((await ledger.rows({ park: 'tianyu' })).map(({ device }) => device)).toEqual(['a', 'b']);
    expect((await ledger.rows({ device: 'b' })).map(({ device }) => device)).toEqual(['b']);
    expect(await ledger.rows({ park: 'elsewhere' })).toEqual([]);
  });

  it('adds up with bounded memory, wherever between two entries the store stands', async () => {
    const [bus, store] = [openMemoryBus(), openMemoryStore()];
    const ledger = await openLedger({ bus, store, log: silent, maxTallies: 4 });
    onTestFinished(() => ledger.close());
    const tally = { park: 'tianyu', device: 'probe', received: 3, duplicate: 1, quarantined: 2 };
    const data = JSON.stringify({ version: 1, records: [], tallies: [tally] });
    const positions: number[] = [];
    for (let count = 0; count < 20; count++)
      positions.push(await bus.append([{ subject: subjects.quarantine({ park: 'tianyu', device: 'probe' }), data }]));
    for (const position of positions) {
      await store.write({ readings: [], tallies: [tally] }, position);
      expect(await ledger.rows()).toEqual([
        { ...tally, received: 60, duplicate: 20, quarantined: 40, stored: 0, pending: 0 },
      ]);
    }
  });

  it('adds up when two writers take the log at their own pace', async () => {
    const [bus, store] = [openMemoryBus(), openMemoryStore()];
    const writerOf = (subject: string) => subject.split('.')[2] ?? '';
    const ledger = await openLedger({ bus, store, log: silent, writerOf, maxTallies: 6 });
    onTestFinished(() => ledger.close());
    const tally = { device: 'probe', received: 3, duplicate: 1, quarantined: 2 };
    const written: { readonly park: string; readonly position: number }[] = [];
    for (let count = 0; count < 20; count++) {
      const park = count % 3 === 0 ? 'a' : 'b';
      const data = JSON.stringify({ version: 1, records: [], tallies: [{ ...tally, park }] });
      written.push({
        park,
        position: await bus.append([{ subject: subjects.quarantine({ park, device: 'probe' }), data }]),
      });
    }
    // First all of one, then all of the other.
    const ofPark = (name: string) => written.filter(({ park }) => park === name);
    for (const { park, position } of [...ofPark('b'), ...ofPark('a')]) {
      await store.write({ readings: [], tallies: [{ ...tally, park }] }, position, { writer: park });
      expect((await ledger.rows()).map((row) => [row.park, row.received, row.duplicate, row.quarantined])).toEqual([
        ['a', 21, 7, 14],
        ['b', 39, 13, 26],
      ]);
    }
  });

  it('says that it is not complete while the log cannot be read to its end, instead of leaving out what waits there', async () => {
    const [bus, store] = [openMemoryBus(), openMemoryStore()];
    let goOn = () => {};
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    /** As a reader that is being made anew on a server that was killed. */
    const stalling: typeof bus = {
      ...bus,
      async consume(options) {
        const consumption = await bus.consume(options);
        return {
          close: () => consumption.close(),
          async *[Symbol.asyncIterator]() {
            await mayGoOn;
            yield* consumption;
          },
        };
      },
    };
    const ledger = await openLedger({ bus: stalling, store, log: silent, patienceMs: 20 });
    onTestFinished(() => ledger.close());
    await bus.append([entryOf('probe', 1)]);
    expect(await ledger.account()).toEqual({ rows: [], isComplete: false });
    expect(await ledger.account()).toEqual({ rows: [], isComplete: false });
    goOn();
    const { rows } = await eventually(
      () => ledger.account(),
      ({ isComplete }) => isComplete,
    );
    expect(rows).toMatchObject([{ received: 1, pending: 1 }]);
  });

  it('does not wait for entries that retention has removed', async () => {
    const bus = openMemoryBus();
    const removed: typeof bus = {
      ...bus,
      status: async () => ({ ...(await bus.status()), firstPosition: 8, lastPosition: 7 }),
    };
    const ledger = await openLedger({ bus: removed, store: openMemoryStore(), log: silent, patienceMs: 60_000 });
    onTestFinished(() => ledger.close());
    expect(await ledger.account()).toEqual({ rows: [], isComplete: true });
  });

  it('never goes back to what the store had committed earlier, whichever of two answers comes first', async () => {
    const [bus, memory] = [openMemoryBus(), openMemoryStore()];
    const held: (() => void)[] = [];
    let isSlow = false;
    const store: Store = {
      ...memory,
      async committed() {
        const answer = await memory.committed();
        if (isSlow) {
          isSlow = false;
          await new Promise<void>((resolve) => held.push(resolve));
        }
        return answer;
      },
    };
    const ledger = await openLedger({ bus, store, log: silent });
    onTestFinished(() => ledger.close());
    const position = await bus.append([entryOf('probe', 1)]);
    expect(await ledger.rows()).toMatchObject([{ received: 1, pending: 1 }]);
    isSlow = true;
    const slow = ledger.rows();
    await eventually(() => held.length === 1);
    await memory.write({ readings: [reading], tallies: [tallyOf('probe', 1)] }, position);
    const quick = ledger.rows();
    // Its answer, were it asked for, has overtaken the slow one by now.
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    for (const goOn of held) goOn();
    for (const rows of [await slow, await quick, await ledger.rows()]) expect(rows).toMatchObject([{ received: 1 }]);
    expect(await ledger.rows()).toMatchObject([{ received: 1, stored: 1, pending: 0 }]);
  });

  it('begins again where it was when the log breaks off, and counts nothing twice', async () => {
    const [bus, store] = [openMemoryBus(), openMemoryStore()];
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
              yield delivery;
              yield delivery;
              throw new Error('connection lost');
            }
          },
        };
      },
    };
    const ledger = await openLedger({ bus: breaking, store, log: silent });
    onTestFinished(() => ledger.close());
    await bus.append([entryOf('probe', 1)]);
    await bus.append([entryOf('probe', 2)]);
    const { rows } = await eventually(
      () => ledger.account(),
      ({ isComplete }) => isComplete,
    );
    expect(rows).toMatchObject([{ received: 3, pending: 3 }]);
  });
});

const tallyOf = (device: string, received: number) => ({
  park: 'tianyu',
  device,
  received,
  duplicate: 0,
  quarantined: 0,
});

const reading = {
  ...{ park: 'tianyu', site: 's', device: 'probe', kind: 'aquaculture_pond' },
  ...{ time: NOW, receivedAt: NOW, values: { ph: 7 } },
};

function entryOf(device: string, received: number): { readonly subject: string; readonly data: string } {
  const subject = subjects.readings({ park: 'tianyu', device }, 'aquaculture_pond');
  return { subject, data: JSON.stringify({ version: 1, readings: [], tallies: [tallyOf(device, received)] }) };
}
