import { describe, expect, it, onTestFinished } from 'vitest';
import { DaoyuError } from '../../base/errors.ts';
import { subjects } from '../../base/topics.ts';
import { openMemoryBus } from '../../bus/memory.ts';
import { openLedger } from '../../consumers/ledger.ts';
import { createPendingTallies } from '../../consumers/pending-tallies.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { eventually } from '../eventually.ts';
import { silent } from '../ingest/parts.ts';

const tally = (device: string, received = 1) => ({ park: 'p', device, received, duplicate: 0, quarantined: 0 });
const sum = (tallies: Iterable<{ readonly received: number }>) =>
  [...tallies].reduce((total, { received }) => total + received, 0);

describe('tallies that the store has not committed', () => {
  it('are held in bounded memory through an outage of any length, and still add up', () => {
    const pending = createPendingTallies({ writers: {}, ledger: [] }, 100);
    let most = 0;
    for (let position = 1; position <= 20_000; position++) {
      pending.add('w', position, [tally(`d${position % 10}`)]);
      if (pending.isTooMuch) pending.shrink();
      most = Math.max(most, pending.size);
      expect(pending.size).toBeLessThanOrEqual(100);
    }
    expect(most).toBe(100);
    expect(sum(pending.tallies())).toBe(20_000);
  });

  it('go when the store has them, and not before all of a block is committed', () => {
    const pending = createPendingTallies({ writers: {}, ledger: [] }, 4);
    for (let position = 1; position <= 5; position++) pending.add('w', position, [tally(`d${position % 2}`)]);
    expect([pending.size, pending.isTooMuch]).toEqual([5, true]);
    pending.shrink();
    expect([pending.size, pending.isTooMuch]).toEqual([2, false]);
    const at = (position: number) => ({ writers: { w: { position } }, ledger: [] });
    pending.adopt(at(2));
    expect([pending.committed.writers.w?.position, sum(pending.tallies())]).toEqual([undefined, 5]);
    pending.adopt(at(5));
    expect([pending.committed.writers.w?.position, sum(pending.tallies())]).toEqual([5, 0]);
  });

  it('are shrunk by the ledger itself while the store does not answer', async () => {
    const [bus, memory] = [openMemoryBus({ maxBytes: 1e9 }), openMemoryStore()];
    let isAway = false;
    let asked = 0;
    const committed = async () => {
      asked += 1;
      if (isAway) throw new DaoyuError('STORE_UNAVAILABLE', 'away');
      return await memory.committed();
    };
    const ledger = await openLedger({ bus, store: { committed }, log: silent, maxTallies: 10 });
    onTestFinished(() => ledger.close());
    isAway = true;
    const subject = subjects.quarantine({ park: 'p', device: 'd' });
    const data = JSON.stringify({ version: 1, records: [], tallies: [tally('d')] });
    await bus.append(Array.from({ length: 200 }, () => ({ subject, data })));
    await eventually(() => asked > 20);
    isAway = false;
    const { rows } = await eventually(
      () => ledger.account(),
      ({ isComplete }) => isComplete,
    );
    expect(rows).toMatchObject([{ received: 200, pending: 200 }]);
    // Each time down to half: not asked again with each entry.
    expect(asked).toBeLessThan(80);
  });
});
