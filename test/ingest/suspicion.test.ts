import { describe, expect, it } from 'vitest';
import { createSuspicion } from '../../ingest/suspicion.ts';
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
  stuckAfter: 5,
};

function flagsOf(samples: readonly (readonly [minute: number, value: number])[]) {
  const suspicion = createSuspicion();
  return samples.map(([minute, value]) => suspicion.flagsOf(oxygen, value, minute * MINUTE).join());
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

  it('is measured against the time between: what changes in an hour is no spike', () => {
    expect(
      flagsOf([
        [0, 6],
        [60, 12],
      ]),
    ).toEqual(['', '']);
  });
});

describe('equal values', () => {
  it('are stuck after so many of them and at least an hour', () => {
    const every = (minutes: number, count: number) =>
      flagsOf([...Array(count).keys()].map((n) => [n * minutes, 6] as const));
    expect(every(20, 6)).toEqual(['', '', '', '', 'stuck', 'stuck']);
    expect(every(1, 30).every((flag) => flag === '')).toBe(true);
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
