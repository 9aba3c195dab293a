import { describe, expect, it } from 'vitest';
import { createQualityChecks, type Suspicion } from '../../ingest/quality-checks.ts';
import type { Field } from '../../sensors/kind.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { loneDoubts } from '../lone-doubts.ts';
import { takenBy } from './taken-by.ts';

const MINUTE = 60_000;
const oxygen: Field = {
  name: 'dissolved_oxygen',
  label: { zh: '溶解氧', en: 'dissolved oxygen' },
  unit: 'mg/L',
  symbol: 'mg/L',
  physical: [0, 25],
  resolution: 0.01,
  decimals: 2,
  shape: 'number',
  maxStep: 2,
  stuckAfterMinutes: 60,
  clampFrom: -0.1,
};

const lone = (checks: Suspicion, field: Field, value: number, minute: number) =>
  loneDoubts(checks, field, value, minute * MINUTE);

function flagsOf(samples: readonly (readonly [minute: number, value: number])[]) {
  const checks = createQualityChecks();
  return samples.map(([minute, value]) => lone(checks, oxygen, value, minute).join());
}

describe('a jump', () => {
  it('that returns is a spike, and the value it returns to is none', () => {
    expect(
      flagsOf([
        [0, 6],
        [1, 20],
        [2, 6.1],
      ]),
    ).toEqual(['', 'spike', '']);
  });

  it('that stays is flagged once, then believed', () => {
    expect(
      flagsOf([
        [0, 6],
        [1, 12],
        [2, 12.1],
        [3, 12.2],
      ]),
    ).toEqual(['', 'spike', '', '']);
  });

  it('is measured against the time between, but not in proportion to it', () => {
    expect(
      flagsOf([
        [0, 6],
        [60, 12],
        [65, 18],
        [70, 12.1],
      ]),
    ).toEqual(['', '', 'spike', '']);
  });
});

describe('a step', () => {
  it('as large as the field allows is none of it, a little larger is, upwards and downwards', () => {
    for (const step of [2, -2]) {
      expect(
        flagsOf([
          [0, 6],
          [1, 6 + step],
        ]),
      ).toEqual(['', '']);
      expect(
        flagsOf([
          [0, 6],
          [1, 6 + step * 1.001],
        ]),
      ).toEqual(['', 'spike']);
    }
  });

  it('may grow with the root of the time between: four minutes allow twice as much, half a minute no less than one', () => {
    const after = (minutes: number, value: number) =>
      flagsOf([
        [0, 6],
        [minutes, value],
      ])[1];
    expect([after(4, 10), after(4, 10.01)]).toEqual(['', 'spike']);
    expect([after(0.5, 8), after(0.5, 8.01)]).toEqual(['', 'spike']);
  });

  it('is held against the last believed value, not against a spike', () => {
    expect(
      flagsOf([
        [0, 6],
        [1, 20],
        [2, 6],
        [3, 20],
      ]),
    ).toEqual(['', 'spike', '', 'spike']);
  });
});

describe('a field', () => {
  const of = (field: Field, samples: readonly (readonly [number, number])[]) => {
    const checks = createQualityChecks();
    return samples.map(([minute, value]) => lone(checks, field, value, minute).join());
  };
  const { maxStep, stuckAfterMinutes, ...plain } = oxygen;
  const steady = [0, 20, 40, 60, 80].map((minute) => [minute, 6] as const);

  it('without limits of its own is never doubtful', () => {
    expect(of(plain, [...steady, [81, 25]])).toEqual(Array(6).fill(''));
  });

  it('with one of the two limits is held against that one', () => {
    expect(of({ ...plain, maxStep: maxStep ?? 0 }, [...steady, [81, 25]])).toEqual(['', '', '', '', '', 'spike']);
    expect(of({ ...plain, stuckAfterMinutes: stuckAfterMinutes ?? 0 }, [...steady, [81, 25]])).toEqual([
      ...['', '', '', ''],
      ...['stuck', ''],
    ]);
  });

  it('that cannot be clamped is stuck at its lowest value too', () => {
    const { clampFrom, ...unclamped } = oxygen;
    expect(clampFrom).toBeDefined();
    expect(
      of(
        unclamped,
        steady.map(([minute]) => [minute, 0] as const),
      ).at(-1),
    ).toBe('stuck');
  });
});

describe('equal values', () => {
  const every = (minutes: number, count: number, value = 6) =>
    flagsOf([...Array(count).keys()].map((n) => [n * minutes, value] as const));

  it('are stuck once they have lasted as long as the field says, however often the device reports', () => {
    expect(every(20, 6)).toEqual(['', '', '', '', 'stuck', 'stuck']);
    expect(every(5, 14)).toEqual([...Array(12).fill(''), 'stuck', 'stuck']);
    expect(every(1, 60).every((flag) => flag === '')).toBe(true);
  });

  it('are chance when they are few, however far apart', () => {
    expect(every(60, 5)).toEqual(['', '', '', '', 'stuck']);
  });

  it('of nothing are not: water without oxygen is no fault of the sensor', () => {
    expect(every(20, 20, 0).every((flag) => flag === '')).toBe(true);
  });

  it('begin anew with the first that differs', () => {
    expect(
      flagsOf([
        [0, 6],
        [20, 6],
        [40, 6],
        [60, 6],
        [80, 6.01],
        [100, 6.01],
      ]).join(''),
    ).toBe('');
  });
});

describe('a backlog sent after newer readings', () => {
  it('neither is suspect nor confuses what comes next', () => {
    expect(
      flagsOf([
        [100, 6],
        [10, 20],
        [11, 3],
        [101, 6.1],
      ]),
    ).toEqual(['', '', '', '']);
  });
});

describe('a device that comes back from a power cut', async () => {
  const kinds = await loadKinds();
  /** Minute by minute until the cut; then two hours later. */
  const before = Array.from({ length: 10 }, (_, minute) => minute);
  const back = (minute: number) => 129 + minute;
  type Sample = readonly [minute: number, values: Readonly<Record<string, number>>];

  it.each(['short', 'long'] as const)(
    'has its zeros doubted in all fields, until it measures (the %s way)',
    async (way) => {
      const water = (minute: number) => ({
        ...{
          water_temperature: 24.3 + minute / 100,
          ph: 8.1 + (minute % 3) / 100,
          dissolved_oxygen: 6.4 + (minute % 5) / 100,
        },
      });
      const zeros = { water_temperature: 0, ph: 0, dissolved_oxygen: 0 };
      const samples: readonly Sample[] = [
        ...before.map((minute) => [minute, water(minute)] as const),
        ...[0, 1, 2].map((minute) => [back(minute), zeros] as const),
        ...[3, 4].map((minute) => [back(minute), water(minute)] as const),
      ];
      const readings = await takenBy(kinds.get('aquaculture_pond'), samples, way);
      expect(readings.slice(0, 10).map(({ flags }) => flags)).toEqual(Array(10).fill(undefined));
      const doubted = { water_temperature: ['startup'], ph: ['startup'], dissolved_oxygen: ['startup'] };
      for (const { flags } of readings.slice(10, 13)) expect(flags).toMatchObject(doubted);
      expect(readings.slice(13).map(({ flags }) => flags)).toEqual([undefined, undefined]);
    },
  );

  it('is believed where only oxygen is zero: the aerators stood still, too', async () => {
    const water = (oxygen: number) => ({ water_temperature: 24.3, ph: 7.2, dissolved_oxygen: oxygen });
    const samples: readonly Sample[] = [
      ...before.map((minute) => [minute, water(4.5 - minute / 100)] as const),
      ...[0, 1, 2].map((minute) => [back(minute), water(0)] as const),
    ];
    const readings = await takenBy(kinds.get('aquaculture_pond'), samples, 'short');
    expect(readings.slice(10).map(({ flags }) => flags?.dissolved_oxygen)).toEqual([undefined, undefined, undefined]);
  });

  it('as a freezer does: 0.00 °C in the first minutes', async () => {
    const box = (minute: number) => ({ air_temperature: -18.2 + (minute % 4) / 10 });
    const samples: readonly Sample[] = [
      ...before.map((minute) => [minute, box(minute)] as const),
      ...[0, 1].map((minute) => [20 + minute, { air_temperature: 0 }] as const),
      [22, { air_temperature: -15.1 }],
    ];
    const readings = await takenBy(kinds.get('cold_chain'), samples, 'short');
    expect(readings.slice(10).map(({ flags }) => flags?.air_temperature)).toEqual([
      ['startup'],
      ['startup'],
      undefined,
    ]);
  });

  it('and whose zeros stay is believed after a quarter of an hour', async () => {
    const samples: readonly Sample[] = [
      ...before.map((minute) => [minute, { water_temperature: 24.3 + minute / 100 }] as const),
      ...Array.from({ length: 20 }, (_, minute) => [back(minute), { water_temperature: 0 }] as const),
    ];
    const readings = await takenBy(kinds.get('aquaculture_pond'), samples, 'short');
    const flags = readings.slice(10).map((each) => each.flags?.water_temperature?.join() ?? '');
    expect(flags.slice(0, 16)).toEqual(Array(16).fill('startup'));
    expect(flags.slice(18)).toEqual(['', '']);
  });

  it('is no matter of a device that reports once an hour', () => {
    const pond = kinds.get('paddy_water')?.fields.find(({ name }) => name === 'water_level');
    if (pond === undefined) throw new Error('a paddy has a water level');
    const checks = createQualityChecks();
    expect([60, 45, 20, 0, -12].map((level, hour) => lone(checks, pond, level, 60 * hour).join())).toEqual(
      Array(5).fill(''),
    );
  });
});
