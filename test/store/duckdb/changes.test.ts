/** Position, ledger and newest values, whose changes are appended and folded in now and then. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDuckDbStore } from '../../../store/duckdb/duckdb.ts';
import { reading, T0, tally, testKind } from '../../contract/store/fixtures.ts';

it('come back as they were, whether they were folded in or not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-changes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const open = () =>
    openDuckDbStore({ folder, kinds: new Map([[testKind.name, testKind]]), rollupEveryMs: 0, memory: '256MB' });
  const devices = Array.from({ length: 6000 }, (_, index) => `probe-${index}`);
  let store = await open();
  // Twice 12,001 changes are folded in, the third stays appended.
  for (let position = 1; position <= 3; position++) {
    const readings = devices.map((device) => reading(T0 + position * 1000, { oxygen: position }, { device }));
    await store.write({ readings, tallies: devices.map((device) => tally(1, { device })) }, position);
  }
  const [committed, latest] = [await store.committed(), await store.latest({ device: 'probe-17' })];
  expect(committed.ledger).toHaveLength(6000);
  expect(latest).toMatchObject([{ time: T0 + 3000, values: { oxygen: 3 } }]);
  await store.close();
  store = await open();
  expect(await store.latest({ device: 'probe-17' })).toEqual(latest);
  const again = await store.committed();
  expect(again.writers).toEqual(committed.writers);
  const byDevice = (rows: typeof committed.ledger) => [...rows].sort((a, b) => (a.device < b.device ? -1 : 1));
  expect(byDevice(again.ledger)).toEqual(byDevice(committed.ledger));
  await store.close();
});
