import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../api/coverage.ts';
import { expectedEveryMs } from '../../sensors/expected.ts';
import type { Series } from '../../store/store.ts';
import { parseEvery } from '../../store/window.ts';
import { testKind } from '../contract/store/fixtures.ts';

const MINUTE = 60_000;
const T0 = Date.parse('2026-07-20T00:00:00+08:00');

/** Windows of an hour from midnight on, with so many values each, of a device that reports every five minutes. */
function hours(used: readonly number[], extra: Partial<Parameters<typeof coverageOf>[1]> = {}) {
  const series: Series = {
    ...{ park: 'p', site: 's', device: 'd', field: 'oxygen', aggregate: 'mean', used },
    points: used.map((_, index) => [T0 + index * 60 * MINUTE, 1]),
  };
  const far = T0 + 1000 * 60 * MINUTE;
  return coverageOf(series, { every: parseEvery('1h'), from: T0, to: far, now: far, intervalMs: 5 * MINUTE, ...extra });
}

describe('coverage', () => {
  it('is the share of expected values, never above 1; windows below 90 % are named', () => {
    expect(hours([12, 24, 11, 10, 6])).toEqual({
      coverage: [1, 1, 0.917, 0.833, 0.5],
      incomplete: [T0 + 3 * 60 * MINUTE, T0 + 4 * 60 * MINUTE],
    });
  });

  it('counts only the part of a window that was asked for and is past', () => {
    expect(hours([6], { from: T0 + 30 * MINUTE })).toEqual({ coverage: [1], incomplete: [] });
    expect(hours([6], { to: T0 + 30 * MINUTE })).toEqual({ coverage: [1], incomplete: [] });
    expect(hours([6], { now: T0 + 30 * MINUTE })).toEqual({ coverage: [1], incomplete: [] });
    expect(hours([3], { now: T0 + 30 * MINUTE })).toEqual({ coverage: [0.5], incomplete: [T0] });
  });

  it('does not take a reading beside the boundary for a gap, nor expect less than one', () => {
    expect(hours([5], { intervalMs: 10 * MINUTE })).toEqual({ coverage: [0.833], incomplete: [] });
    expect(hours([1], { intervalMs: 120 * MINUTE })).toEqual({ coverage: [1], incomplete: [] });
  });

  it('expects slow probes at their own pace, and drones at no time', () => {
    const [oxygen] = testKind.fields;
    expect(expectedEveryMs(testKind, oxygen, MINUTE)).toBe(MINUTE);
    expect(expectedEveryMs(testKind, oxygen && { ...oxygen, intervalMs: 60 * MINUTE }, MINUTE)).toBe(60 * MINUTE);
    expect(expectedEveryMs({ ...testKind, isIntermittent: true }, oxygen, MINUTE)).toBeUndefined();
  });
});
