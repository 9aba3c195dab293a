/** What the page works out of a drone's track: missions, coverage, gaps, overlaps and lines. */
import { describe, expect, test } from 'vitest';
import { coverageOf } from '../../dashboards/page/mission/coverage.ts';
import { missionsOf, type Sample, sumsOf } from '../../dashboards/page/mission/flight.ts';
import { classOf, RATE_CLASSES, sharesOf } from '../../dashboards/page/mission/rate-classes.ts';
import { seedLinesOf } from '../../dashboards/page/mission/seed-lines.ts';
import { type Flown, fly } from './flight.ts';

const BEGIN = Date.UTC(2026, 4, 20, 0, 0);
const PLAN = { begin: BEGIN, lines: 8, length: 200, swath: 6, rate: 40 } as const;

const asSample = (flown: Flown): Sample => ({
  time: flown.time,
  latitude: flown.latitude ?? 0,
  longitude: flown.longitude ?? 0,
  isSpreading: flown.spreading === 1,
  rate: flown.seeding_rate ?? 0,
  swath: flown.swath_width ?? 0,
  line: flown.line_index,
  hopper: flown.hopper_weight,
  battery: flown.battery_level,
  fix: flown.rtk_fix,
  speed: flown.ground_speed,
});

describe('coverage', () => {
  test('of lines side by side is whole: 8 lines of 6 m by 200 m are 0.96 ha at the rate that was flown', () => {
    const found = coverageOf(fly(PLAN).map(asSample));
    expect(found?.seededArea).toBeCloseTo(0.96, 1);
    expect(found?.covered).toBeGreaterThan(0.98);
    expect(found?.overlapped).toBeLessThan(0.03);
    expect(found?.meanRate).toBeCloseTo(40, 0);
    expect(found?.variation).toBeLessThan(0.05);
  });

  test('shows a line that was missed and one that was flown twice, an eighth of the field each', () => {
    const found = coverageOf(fly({ ...PLAN, missed: [4], again: [6] }).map(asSample));
    expect(found?.covered).toBeCloseTo(7 / 8, 1);
    expect(found?.overlapped).toBeCloseTo(1 / 8, 1);
    const shares = found ? sharesOf(found, 40) : [];
    const share = (name: string) => shares[RATE_CLASSES.findIndex((each) => each.name === name)];
    expect(share('gap')).toBeCloseTo(1 / 8, 1);
    expect(share('far-above')).toBeCloseTo(1 / 8, 1);
    expect(share('planned')).toBeCloseTo(6 / 8, 1);
    expect(found?.variation).toBeGreaterThan(0.3);
  });

  test('is nothing where nothing was spread', () => {
    expect(coverageOf([])).toBeUndefined();
    expect(coverageOf(fly(PLAN).map((flown) => ({ ...asSample(flown), isSpreading: false })))).toBeUndefined();
  });
});

test('a rate is judged against the plan', () => {
  expect([0, 30, 34, 40, 47, 60].map((rate) => RATE_CLASSES[classOf(rate, 40)]?.name)).toEqual([
    'gap',
    'far-below',
    'below',
    'planned',
    'above',
    'far-above',
  ]);
});

test('half an hour of silence parts two missions, and a refill two sorties', () => {
  const tenMinutes = 600_000;
  const missions = missionsOf([0, tenMinutes, 10 * tenMinutes], tenMinutes);
  expect(missions).toEqual([
    { from: 10 * tenMinutes, to: 11 * tenMinutes },
    { from: 0, to: 2 * tenMinutes },
  ]);
  const first = fly({ ...PLAN, lines: 2 });
  const second = fly({ ...PLAN, lines: 2, begin: (first.at(-1)?.time ?? 0) + 60_000 });
  const sums = sumsOf([...first, ...second].map(asSample));
  expect(sums.sorties).toBe(2);
  expect(sums.seed).toBeCloseTo((4 * 200 * 6 * 40) / 10_000, 0);
  expect(sums.fixedShare).toBe(1);
});

test('the line list has every line with its length and rate', () => {
  const lines = seedLinesOf(fly(PLAN).map(asSample));
  expect(lines.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(lines[0]?.length).toBeCloseTo(195, 0);
  expect(lines.every(({ rate }) => rate === 40)).toBe(true);
});
