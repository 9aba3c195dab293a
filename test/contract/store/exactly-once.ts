/** Each reading is in a store once, whatever is repeated, in whatever order. */
import { describe, expect, it } from 'vitest';
import { PackedReading, unpacked } from '../../../sensors/packed-reading.ts';
import type { Reading } from '../../../sensors/reading.ts';
import { type ConflictingReading, DEFAULT_WRITER, type Store } from '../../../store/store.ts';
import { pointsOf, query, reading, T0, tally } from './fixtures.ts';

export function describeExactlyOnce(name: string, open: () => Promise<Store>, findsConflicts: boolean): void {
  describe(`${name}: exactly once`, () => {
    it('keeps packed readings as it keeps the others', async () => {
      const store = await open();
      const common = { park: 'daoyu', site: 'pond-1', device: 'probe-1', kind: 'test_pond', key: 'daoyu/probe-1' };
      const both = ['oxygen', 'ph'];
      const packed = (time: number, names: readonly string[], numbers: readonly number[], seq?: number) =>
        new PackedReading(common, time, time + 500, seq, names, numbers, time === T0 ? { ph: ['stuck'] } : undefined);
      const first = packed(T0, both, [5, 7.5], 1);
      const batch = [first, packed(T0 + 1000, both, [6, 7.6]), packed(T0 + 2000, ['ph'], [7.7]), unpacked(first)];
      expect(await store.write({ readings: batch, tallies: [tally(4)] }, 1)).toEqual({ stored: 3, duplicate: 1 });
      const again = [packed(T0, both, [5, 7.5], 1), packed(T0 + 2000, ['oxygen'], [6.5])];
      expect(await store.write({ readings: again, tallies: [tally(2)] }, 2)).toEqual({ stored: 1, duplicate: 1 });
      const kept: Reading[] = [];
      for await (const each of store.export(query({ fields: both }))) kept.push(each);
      expect(kept).toMatchObject([
        { time: T0, receivedAt: T0 + 500, values: { oxygen: 5, ph: 7.5 }, flags: { ph: ['stuck'] } },
        { time: T0 + 1000, values: { oxygen: 6, ph: 7.6 } },
        { time: T0 + 2000, values: { oxygen: 6.5, ph: 7.7 } },
      ]);
      expect(await store.latest({ kind: 'test_pond' })).toMatchObject([
        { site: 'pond-1', time: T0 + 2000, values: { oxygen: 6.5, ph: 7.7 } },
      ]);
    });

    it('stores a reading once under resend and counts the rest as duplicates', async () => {
      const store = await open();
      const one = reading(T0, { oxygen: 5 });
      expect(await store.write({ readings: [one, one], tallies: [tally(2)] }, 1)).toEqual({ stored: 1, duplicate: 1 });
      expect(await store.write({ readings: [one], tallies: [tally(1)] }, 2)).toEqual({ stored: 0, duplicate: 1 });
      expect(await pointsOf(store)).toEqual([[[T0, 5]]]);
      expect(await store.committed()).toEqual({
        writers: { [DEFAULT_WRITER]: { position: 2 } },
        ledger: [{ park: 'daoyu', device: 'probe-1', received: 3, stored: 1, duplicate: 2, quarantined: 0 }],
      });
    });

    it('refuses a batch that does not begin where the last one of its writer ended, and changes nothing', async () => {
      const store = await open();
      const [first, second, third] = [0, 1, 2].map((index) => reading(T0 + index * 1000, { oxygen: index })) as [
        Reading,
        Reading,
        Reading,
      ];
      await store.write({ readings: [first], tallies: [tally(1)] }, 5, { after: 0 });
      // Its writer read the position before another process went on to 5.
      const overlapping = { readings: [first, second], tallies: [tally(2)] };
      await expect(store.write(overlapping, 8, { after: 0 })).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
      const gap = { readings: [third], tallies: [tally(1)] };
      await expect(store.write(gap, 9, { after: 8 })).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
      expect(await pointsOf(store)).toEqual([[[T0, 0]]]);
      expect(await store.committed()).toMatchObject({
        writers: { [DEFAULT_WRITER]: { position: 5 } },
        ledger: [{ received: 1, stored: 1, duplicate: 0 }],
      });
      await store.write({ readings: [second], tallies: [tally(1)] }, 8, { after: 5 });
      expect((await store.committed()).ledger).toMatchObject([{ received: 2, stored: 2, duplicate: 0 }]);
    });

    it.runIf(findsConflicts)(
      'hands over what contradicts a stored value, however old, and keeps the first',
      async () => {
        const store = await open();
        const found: ConflictingReading[] = [];
        const options = {
          onConflict: async (conflicting: readonly ConflictingReading[]) => void found.push(...conflicting),
        };
        const old = Array.from({ length: 300 }, (_, index) => reading(T0 + index * 1000, { oxygen: 5 }));
        await store.write({ readings: old, tallies: [tally(300)] }, 1, options);
        const changed = reading(T0, { oxygen: 6 });
        const half = reading(T0 + 1000, { oxygen: 6, ph: 7 });
        const again = reading(T0 + 2000, { oxygen: 5 });
        expect(await store.write({ readings: [changed, half, again], tallies: [tally(3)] }, 2, options)).toEqual({
          ...{ stored: 1, duplicate: 1, refused: 1 },
        });
        expect(found).toEqual([
          { reading: changed, stored: { oxygen: 5 }, isWhole: true },
          { reading: half, stored: { oxygen: 5 }, isWhole: false },
        ]);
        expect((await pointsOf(store, { to: T0 + 1500 }))[0]).toEqual([
          [T0, 5],
          [T0 + 1000, 5],
        ]);
        expect((await store.committed()).ledger).toMatchObject([
          { received: 303, stored: 301, duplicate: 1, quarantined: 1 },
        ]);
      },
    );

    it('ignores a batch that was committed before', async () => {
      const store = await open();
      const batch = { readings: [reading(T0, { oxygen: 5 })], tallies: [tally(1)] };
      await store.write(batch, 7);
      expect(await store.write(batch, 7)).toEqual({ stored: 0, duplicate: 0 });
      expect(await store.write(batch, 3)).toEqual({ stored: 0, duplicate: 0 });
      expect((await store.committed()).ledger).toMatchObject([{ received: 1, stored: 1, duplicate: 0 }]);
    });

    it('keeps a position for each of its writers, and one ledger of all', async () => {
      const store = await open();
      const batch = (device: string, time: number) => ({
        readings: [reading(time, { oxygen: 5 }, { device })],
        tallies: [tally(1, { device })],
      });
      await store.write(batch('a', T0), 7, { writer: 'first' });
      expect(await store.write(batch('b', T0), 3, { writer: 'second' })).toEqual({ stored: 1, duplicate: 0 });
      expect(await store.write(batch('b', T0), 3, { writer: 'second' })).toEqual({ stored: 0, duplicate: 0 });
      await store.write(batch('a', T0 + 1000), 8, { writer: 'first' });
      const { writers, ledger } = await store.committed();
      expect(writers).toEqual({ first: { position: 8 }, second: { position: 3 } });
      expect([...ledger].sort((a, b) => (a.device < b.device ? -1 : 1))).toEqual([
        { park: 'daoyu', device: 'a', received: 2, stored: 2, duplicate: 0, quarantined: 0 },
        { park: 'daoyu', device: 'b', received: 1, stored: 1, duplicate: 0, quarantined: 0 },
      ]);
    });

    it('takes late and out-of-order readings in among the others', async () => {
      const store = await open();
      await store.write({ readings: [reading(T0 + 5000, { oxygen: 6 })], tallies: [] }, 1);
      await store.write(
        {
          readings: [
            reading(T0 + 1000, { oxygen: 4 }),
            reading(T0 + 9000, { oxygen: 7 }),
            reading(T0 + 3000, { oxygen: 5 }),
          ],
          tallies: [],
        },
        2,
      );
      await store.write({ readings: [reading(T0 + 3000, { oxygen: 5 })], tallies: [] }, 3);
      expect(await pointsOf(store)).toEqual([
        [
          [T0 + 1000, 4],
          [T0 + 3000, 5],
          [T0 + 5000, 6],
          [T0 + 9000, 7],
        ],
      ]);
    });

    it('lets a later message of the same time add fields, never change one', async () => {
      const store = await open();
      await store.write({ readings: [reading(T0, { oxygen: 5 })], tallies: [tally(1)] }, 1);
      expect(await store.write({ readings: [reading(T0, { oxygen: 9, ph: 7 })], tallies: [tally(1)] }, 2)).toEqual({
        stored: 1,
        duplicate: 0,
      });
      expect(await store.write({ readings: [reading(T0, { oxygen: 1 })], tallies: [tally(1)] }, 3)).toEqual({
        stored: 0,
        duplicate: 1,
      });
      const series = await store.series(query({ fields: ['oxygen', 'ph'] }));
      expect(series.map((each) => [each.field, each.points])).toEqual([
        ['oxygen', [[T0, 5]]],
        ['ph', [[T0, 7]]],
      ]);
    });

    it('keeps the flags of a field that comes later, in the same batch or another', async () => {
      const store = await open();
      const oxygen = reading(T0, { oxygen: 5 }, { flags: { oxygen: ['spike'] } });
      const ph = (time: number) => reading(time, { oxygen: 9, ph: 7 }, { flags: { oxygen: ['late'], ph: ['stuck'] } });
      await store.write({ readings: [oxygen, ph(T0)], tallies: [] }, 1);
      await store.write({ readings: [{ ...oxygen, time: T0 + 1000 }], tallies: [] }, 2);
      await store.write({ readings: [ph(T0 + 1000)], tallies: [] }, 3);
      await store.write({ readings: [reading(T0 + 2000, { oxygen: 5 }), ph(T0 + 2000)], tallies: [] }, 4);
      const series = await store.series(query({ fields: ['oxygen', 'ph'] }));
      expect(series.map((each) => [each.field, each.points])).toEqual([
        [
          'oxygen',
          [
            [T0, 5, ['spike']],
            [T0 + 1000, 5, ['spike']],
            [T0 + 2000, 5],
          ],
        ],
        [
          'ph',
          [
            [T0, 7, ['stuck']],
            [T0 + 1000, 7, ['stuck']],
            [T0 + 2000, 7, ['stuck']],
          ],
        ],
      ]);
      const [latest] = await store.latest({});
      expect(latest?.flags).toEqual({ ph: ['stuck'] });
    });

    it('keeps two devices with the same times apart', async () => {
      const store = await open();
      await store.write(
        {
          readings: [
            reading(T0, { oxygen: 5 }),
            reading(T0, { oxygen: 6 }, { device: 'probe-2' }),
            reading(T0, { oxygen: 7 }, { park: 'guoshu' }),
          ],
          tallies: [],
        },
        1,
      );
      expect((await store.series(query())).map((each) => [each.park, each.device, each.points[0]?.[1]]).sort()).toEqual(
        [
          ['daoyu', 'probe-1', 5],
          ['daoyu', 'probe-2', 6],
          ['guoshu', 'probe-1', 7],
        ],
      );
    });
  });
}
