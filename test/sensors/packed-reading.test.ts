import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JudgedReading, PackedReading, unpacked, valueIn } from '../../sensors/packed-reading.ts';
import type { Reading } from '../../sensors/reading.ts';
import { foldLatest, LatestFold, type LatestState } from '../../store/latest.ts';

const common = { park: 'park', site: 'pond', device: 'probe', kind: 'aquaculture_pond', key: 'park/probe' };
/** Readings of the same fields share the array. */
const LAYOUTS = [['ph'], ['ph', 'dissolved_oxygen'], ['dissolved_oxygen']];

const packed = fc
  .record({
    time: fc.integer({ min: 1, max: 40 }),
    layout: fc.constantFrom(...LAYOUTS),
    numbers: fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true })),
    seq: fc.option(fc.nat(), { nil: undefined }),
    isStuck: fc.boolean(),
  })
  .map(({ time, layout, numbers, seq, isStuck }) => {
    const flags = isStuck ? ({ [layout[0] ?? '']: ['stuck'] } as const) : undefined;
    return new PackedReading(common, time, time + 5, seq, layout, numbers.slice(0, layout.length), flags);
  });

it('says the same packed as unpacked', () => {
  fc.assert(
    fc.property(packed, (reading) => {
      const plain = unpacked(reading);
      const { park, site, device, kind, time, receivedAt, seq, flags } = reading;
      expect(plain).toMatchObject({ park, site, device, kind, time, receivedAt });
      expect([plain.seq, plain.flags]).toEqual([seq, flags]);
      for (const field of ['ph', 'dissolved_oxygen', 'turbidity'])
        expect(valueIn(reading, field)).toBe(plain.values[field]);
    }),
  );
});

/** The newest value of each field; of equal times the first. */
function newestOf(readings: readonly Reading[]): LatestState['fields'] {
  const fields: Record<string, LatestState['fields'][string]> = {};
  for (const { time, values, flags } of readings)
    for (const [name, value] of Object.entries(values)) {
      if ((fields[name]?.time ?? 0) >= time) continue;
      fields[name] = { time, value, ...(flags?.[name] && { flags: flags[name] }) };
    }
  return fields;
}

it('gives the newest values in any order, packed or not, in one fold or in several', () => {
  const batches = fc.array(fc.array(fc.tuple(packed, fc.boolean()), { minLength: 1, maxLength: 8 }), { minLength: 1 });
  fc.assert(
    fc.property(batches, (given) => {
      let state: LatestState | undefined;
      let single: LatestState | undefined;
      for (const batch of given) {
        const fold: LatestFold = new LatestFold(state);
        for (const [reading, isPlain] of batch) {
          const judged: JudgedReading = isPlain ? unpacked(reading) : reading;
          fold.take(judged);
          single = foldLatest(single, judged);
        }
        state = fold.state();
      }
      const readings = given.flat().map(([reading]) => unpacked(reading));
      expect(state?.fields).toEqual(newestOf(readings));
      expect(single?.fields).toEqual(newestOf(readings));
      expect(state?.newest.time).toBe(Math.max(...readings.map(({ time }) => time)));
    }),
  );
});
