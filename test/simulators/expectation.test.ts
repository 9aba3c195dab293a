/** The ledger that simulators expect, and the one that the platform keeps, each against rows worked out by hand. */
import { describe, expect, it } from 'vitest';
import { createExpectation, type ExpectedRow } from '../../simulators/expectation.ts';
import type { Measurement, Sent } from '../../simulators/measurement.ts';
import { createEncoder, type SenderMapping } from '../../simulators/vendor-format.ts';
import { kinds, NOW, openParts } from '../ingest/parts.ts';

const MINUTE = 60_000;
const TENTHS: SenderMapping = { keys: { T: { field: 'water_temperature', scale: 0.1 }, P: 'ph' } };

const at = (time: number, values: Record<string, Sent>): Measurement => ({ at: time, time, seq: 0, values });
const now = (values: Record<string, Sent>) => at(NOW, values);
const rowOf = (
  [received, stored, duplicate, quarantined]: readonly [number, number, number, number],
  reasons: Record<string, number> = {},
): ExpectedRow => ({ received, stored, duplicate, quarantined, reasons });

interface Case {
  readonly name: string;
  /** Each is one publish, received now. */
  readonly sent: readonly (readonly Measurement[] | string)[];
  readonly row: ExpectedRow;
  readonly mapping?: SenderMapping;
}

const CASES: readonly Case[] = [
  { name: 'a good reading', sent: [[now({ ph: 7, dissolved_oxygen: 6 })]], row: rowOf([1, 1, 0, 0]) },
  { name: 'the same once more', sent: [[now({ ph: 7 })], [now({ ph: 7 })]], row: rowOf([2, 1, 1, 0]) },
  {
    name: 'another value for a time that has one',
    sent: [[now({ ph: 7 })], [now({ ph: 8 })]],
    row: rowOf([2, 1, 0, 1], { READING_CONFLICT: 1 }),
  },
  {
    name: 'a list with one bad value beside a good one, and one reading of bad values alone',
    sent: [[now({ ph: 15, dissolved_oxygen: 6 }), at(NOW - MINUTE, { ph: -3 })]],
    row: rowOf([2, 1, 0, 1], { VALUE_OUT_OF_RANGE: 2 }),
  },
  {
    name: 'both ends of a range, and a step beyond each',
    sent: [
      [0, 14, -0.2, 14.2].map((ph, index) => at(NOW - index * MINUTE, { ph })),
      // Taken as zero down to −0.1 mg/L.
      [0.001, -0.05, -0.2].map((dissolved_oxygen, index) => at(NOW - (10 + index) * MINUTE, { dissolved_oxygen })),
    ],
    row: rowOf([7, 4, 0, 3], { VALUE_OUT_OF_RANGE: 3 }),
  },
  {
    name: 'constants of a missing probe, and the same where they can be measured',
    sent: [
      [-127, 85, 65_535, -999, 3276.7].map((water_temperature, index) =>
        at(NOW - index * MINUTE, { water_temperature }),
      ),
      [at(NOW - 10 * MINUTE, { ph: 65.535 }), at(NOW - 11 * MINUTE, { turbidity: 85 })],
    ],
    row: rowOf([7, 1, 0, 6], { VALUE_SENTINEL: 6 }),
  },
  {
    name: 'registers in tenths: a value, an empty register, a value beyond the range',
    mapping: TENTHS,
    sent: [
      [now({ water_temperature: 24.5, ph: 7 })],
      [at(NOW - MINUTE, { water_temperature: 32_767, ph: 7 })],
      [at(NOW - 2 * MINUTE, { water_temperature: 60 })],
    ],
    row: rowOf([3, 2, 0, 1], { VALUE_SENTINEL: 1, VALUE_OUT_OF_RANGE: 1 }),
  },
  {
    name: 'a switch that is neither on nor off',
    sent: [[now({ aerator_on: 2 })], [at(NOW - MINUTE, { aerator_on: 1 })]],
    row: rowOf([2, 1, 0, 1], { VALUE_NOT_A_CHOICE: 1 }),
  },
  {
    name: 'texts instead of numbers',
    sent: [[now({ ph: '7.2' })], [at(NOW - MINUTE, { ph: 'nan' })]],
    row: rowOf([2, 0, 0, 2], { VALUE_NOT_A_NUMBER: 1, VALUE_NOT_FINITE: 1 }),
  },
  {
    name: 'a message that breaks off',
    sent: ['{"ph": 7, "time": 17'],
    row: rowOf([1, 0, 0, 1], { PAYLOAD_NOT_JSON: 1 }),
  },
  {
    name: 'times of a clock that was never set, of one ten minutes fast, and of one faster than that',
    sent: [
      [at(Date.UTC(2001, 0, 1) - 1, { ph: 7 }), at(Date.UTC(1970, 0, 1, 0, 1), { ph: 7 })],
      [at(NOW + 10 * MINUTE, { ph: 7 }), at(NOW + 10 * MINUTE + 1, { ph: 7 })],
    ],
    row: rowOf([4, 1, 0, 3], { TIME_TOO_OLD: 2, TIME_IN_FUTURE: 1 }),
  },
];

describe.each(CASES)('$name', ({ sent, row, mapping }) => {
  const encode = createEncoder(mapping);
  const publishes = sent.map((each) => ({
    payload: typeof each === 'string' ? each : encode(each),
    measurements: typeof each === 'string' ? [] : each,
  }));

  it('is expected as it should be', () => {
    const kind = kinds.get('aquaculture_pond');
    if (kind === undefined) throw new Error('no ponds');
    const expectation = createExpectation({ kind, mapping });
    for (const { payload, measurements } of publishes) expectation.delivered(payload, measurements, NOW);
    expect(expectation.row()).toEqual(row);
  });

  it('is kept by the platform as it should be', async () => {
    const { addDevice, publish, row: kept, records } = await openParts();
    await addDevice('probe', mapping === undefined ? {} : { mapping });
    for (const { payload } of publishes) await publish('probe', payload);
    const { reasons, ...counts } = row;
    expect(await kept('probe')).toEqual(counts);
    const found: Record<string, number> = {};
    const expected = Object.values(reasons).reduce((sum, count) => sum + count, 0);
    for (const { reason } of await records(expected)) found[reason.code] = (found[reason.code] ?? 0) + 1;
    expect(found).toEqual(reasons);
  });
});
