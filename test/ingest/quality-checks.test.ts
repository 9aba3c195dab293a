import { describe, expect, it } from 'vitest';
import { createQualityChecks } from '../../ingest/quality-checks.ts';
import type { Field } from '../../sensors/kind.ts';

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

function flagsOf(samples: readonly (readonly [minute: number, value: number])[]) {
  const checks = createQualityChecks();
  return samples.map(([minute, value]) => checks.flagsOf(oxygen, value, minute * MINUTE).join());
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
    return samples.map(([minute, value]) => checks.flagsOf(field, value, minute * MINUTE).join());
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
