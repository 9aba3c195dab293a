/** What a store still knows after it was closed and opened. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../store/store.ts';
import { query, reading, T0, tally } from './fixtures.ts';

export function describeReopening(
  name: string,
  open: () => Promise<Store>,
  reopen: (store: Store) => Promise<Store>,
): void {
  describe(`${name}: after closing and opening`, () => {
    it('goes on with readings, position, ledger and latest as they were', async () => {
      const store = await open();
      await store.write(
        {
          readings: [reading(T0, { oxygen: 5 }, { attributes: { batch_id: 'x' }, seq: 4 })],
          tallies: [tally(2, { quarantined: 1 })],
        },
        9,
      );
      const before = [await store.committed(), await store.latest({}), await store.series(query())];
      const again = await reopen(store);
      expect([await again.committed(), await again.latest({}), await again.series(query())]).toEqual(before);
      expect(await again.write({ readings: [reading(T0, { oxygen: 5 })], tallies: [tally(1)] }, 10)).toEqual({
        stored: 0,
        duplicate: 1,
      });
    });
  });
}
