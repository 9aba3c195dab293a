import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
/** What is on its way into a store that commits late: shown at once, asked for without loss, counted once. */
import { expect, it, onTestFinished } from 'vitest';
import { subjects } from '../../base/topics.ts';
import { openLmdbBus } from '../../bus/lmdb/lmdb.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { startStoreWriter } from '../../consumers/store-writer.ts';
import { withAhead } from '../../store/ahead.ts';
import { openMemoryStore } from '../../store/memory.ts';
import type { Store } from '../../store/store.ts';
import { query, reading, T0 } from '../contract/store/fixtures.ts';
import { eventually } from '../eventually.ts';
import { silent } from '../ingest/parts.ts';

it('shows the newest at once, each field with its own time, and only once when it is committed', async () => {
  const store = withAhead(openMemoryStore());
  await store.write({ readings: [reading(T0, { oxygen: 5, ph: 7 }, { flags: { ph: ['late'] } })], tallies: [] }, 1);
  const coming = [reading(T0 + 1000, { oxygen: 6 }), reading(T0 - 1000, { ph: 1 })];
  const other = reading(T0, { oxygen: 1 }, { device: 'probe-2' });
  store.ahead.show(2, coming);
  store.ahead.show(3, [other]);
  const expected = [
    { ...reading(T0 + 1000, { oxygen: 6, ph: 7 }), flags: { ph: ['late'] }, olderFields: { ph: T0 } },
    other,
  ];
  expect(await store.latest({})).toEqual(expected);
  expect(await store.latest({ device: 'probe-2' })).toEqual([other]);
  await store.write({ readings: [...coming, other], tallies: [] }, 3);
  expect(await store.latest({})).toEqual(expected);
});

it('asks for a commit when somebody wants the time of what is shown, and waits for it', async () => {
  const store = withAhead(openMemoryStore());
  const coming = reading(T0, { oxygen: 5 });
  let asked = 0;
  store.ahead.onAsked('committed', () => {
    asked += 1;
    void store.write({ readings: [coming], tallies: [] }, 7);
  });
  store.ahead.show(7, [coming]);
  expect(await store.series(query({ to: T0 }))).toEqual([]);
  expect(await store.series(query({ device: 'other' }))).toEqual([]);
  expect(asked).toBe(0);
  expect((await store.series(query()))[0]?.points).toEqual([[T0, 5]]);
  for await (const each of store.export(query())) expect(each).toEqual(coming);
  expect(asked).toBe(1);
});

it('hastens a commit for whoever counts what is stored, and does not keep him waiting', async () => {
  const store = withAhead(openMemoryStore());
  let asked = 0;
  store.ahead.onAsked('committed', () => {
    asked += 1;
  });
  expect((await store.committed()).ledger).toEqual([]);
  expect(asked).toBe(1);
  expect((await store.status()).readings).toBe(0);
  expect(asked).toBe(2);
  // Who only wants to know whether it works asks every few seconds.
  expect((await store.status('health')).isWritable).toBe(true);
  expect(asked).toBe(2);
});

it('answers from what it has when nothing is committed for long', async () => {
  const store = withAhead(openMemoryStore());
  store.ahead.show(1, [reading(T0, { oxygen: 5 })]);
  expect(await store.series(query())).toEqual([]);
});

it('is written in few commits, and a question does not miss what was shown', async () => {
  const bus = openMemoryBus();
  const memory = openMemoryStore();
  let commits = 0;
  const store = withAhead({
    ...memory,
    async write(...args: Parameters<Store['write']>) {
      commits += 1;
      return await memory.write(...args);
    },
  });
  const writer = await startStoreWriter({ bus, store, log: silent });
  onTestFinished(() => writer.close());
  const subject = subjects.readings({ park: 'daoyu', device: 'probe-1' }, 'test_pond');
  for (let count = 1; count <= 200; count++) {
    const readings = [reading(T0 + count * 1000, { oxygen: count })];
    const tallies = [{ park: 'daoyu', device: 'probe-1', received: 1, duplicate: 0, quarantined: 0 }];
    await bus.append([{ subject, data: JSON.stringify({ version: 1, readings, tallies }) }]);
    await new Promise((resolve) => setTimeout(resolve, 1));
    const [latest] = await eventually(
      () => store.latest({}),
      ([each]) => each?.values.oxygen === count,
    );
    expect(latest?.time).toBe(T0 + count * 1000);
  }
  expect((await store.series(query()))[0]?.points).toHaveLength(200);
  expect(commits).toBeLessThan(50);
  expect((await store.committed()).ledger).toMatchObject([{ received: 200, stored: 200 }]);
});

it('shows what is on the log to whoever asks, although followers of the log are woken only now and then', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-ahead-'));
  const bus = await openLmdbBus({ folder, maxBytes: 2 ** 26, retainMs: 0, clock: Date.now });
  onTestFinished(async () => {
    await bus.close();
    rmSync(folder, { recursive: true });
  });
  const store = withAhead(openMemoryStore());
  const writer = await startStoreWriter({ bus, store, log: silent });
  onTestFinished(() => writer.close());
  const subject = subjects.readings({ park: 'daoyu', device: 'probe-1' }, 'test_pond');
  for (let count = 1; count <= 20; count++) {
    const readings = [reading(T0 + count * 1000, { oxygen: count })];
    await bus.append([{ subject, data: JSON.stringify({ version: 1, readings, tallies: [] }) }]);
    expect((await store.latest({}))[0]?.values.oxygen).toBe(count);
  }
  expect((await store.series(query()))[0]?.points).toHaveLength(20);
});
