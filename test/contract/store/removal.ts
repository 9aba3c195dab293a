/** Removal of all data of one device. */
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../store/store.ts';
import { parseEvery } from '../../../store/window.ts';
import { pointsOf, query, reading, T0, tally } from './fixtures.ts';

export function describeRemoval(name: string, open: () => Promise<Store>): void {
  describe(`${name}: removal of a device`, () => {
    it('says what is held, removes all of it and nothing else, keeps the ledger, and takes what comes afterwards', async () => {
      const store = await open();
      const [own, other] = [{ device: 'probe-1' }, { device: 'probe-10' }];
      const readings = [own, other].flatMap((of) =>
        Array.from({ length: 120 }, (_, index) => reading(T0 + index * 60_000, { oxygen: 5, ph: 7 }, of)),
      );
      const moved = reading(T0 + 200 * 60_000, { oxygen: 6 }, { ...own, site: 'pond-2' });
      await store.write({ readings: [...readings, moved], tallies: [tally(121), tally(120, other)] }, 1);
      const asked = { park: 'daoyu', device: 'probe-1' };
      expect(await store.holding(asked)).toEqual({ readings: 121, first: T0, last: moved.time });
      expect(await store.holding({ ...asked, device: 'probe' })).toEqual({ readings: 0 });
      const { ledger } = await store.committed();

      await store.remove(asked);
      expect(await store.holding(asked)).toEqual({ readings: 0 });
      expect((await store.latest({})).map(({ device }) => device)).toEqual(['probe-10']);
      const every = parseEvery('1h');
      for (const extra of [{}, { every }])
        expect((await store.series(query(extra))).map(({ device }) => device)).toEqual(['probe-10']);
      expect(await store.holding({ park: 'daoyu', ...other })).toMatchObject({ readings: 120 });
      expect((await store.committed()).ledger).toEqual(ledger);
      expect((await store.faults?.()) ?? []).toEqual([]);
      await store.remove(asked);

      // A new device of that name begins anew: even what was there before is no duplicate.
      const again = { readings: [reading(T0, { oxygen: 9 })], tallies: [tally(1)] };
      expect(await store.write(again, 2)).toEqual({ stored: 1, duplicate: 0 });
      expect(await pointsOf(store, own)).toEqual([[[T0, 9]]]);
      expect(await store.latest(own)).toMatchObject([{ values: { oxygen: 9 }, time: T0 }]);
    });
  });
}
