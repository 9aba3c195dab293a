/** What the page works out of a drone's track: missions, coverage, gaps, overlaps and lines. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverageOf } from '../../analysis/seeding/coverage.ts';
import { missionsOf, type Sample, sumsOf } from '../../analysis/seeding/flight.ts';
import { classOf, RATE_CLASSES, sharesOf } from '../../dashboards/page/mission/rate-classes.ts';
import { seedLinesOf } from '../../dashboards/page/mission/seed-lines.ts';
import type { Polygon } from '../../sensors/polygon.ts';
import { type Flown, fly, positionAt } from './flight.ts';

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

describe('coverage against the boundary of the field', () => {
  /** Eight lines of 6 m lie on 0 to 48 m north and 0 to 200 m east of the first. */
  const field = (west: number, south: number, east: number, north: number) =>
    rectangle([west, south], [east, south], [east, north], [west, north]);
  const samples = fly(PLAN).map(asSample);

  test('shows an edge that was missed, which no estimate from the track can', () => {
    const found = coverageOf(samples, field(0, 0, 200, 60));
    expect(found?.fieldFrom).toBe('boundary');
    expect(found?.fieldArea).toBeCloseTo(1.2, 2);
    expect(found?.missedArea).toBeCloseTo(0.24, 1);
    expect(found?.covered).toBeCloseTo(0.8, 1);
    expect(coverageOf(samples)?.covered).toBeGreaterThan(0.98);
    expect(coverageOf(samples)?.fieldFrom).toBe('estimate');
  });

  test('counts what fell beyond it apart', () => {
    const found = coverageOf(samples, field(0, 0, 200, 36));
    expect(found?.fieldArea).toBeCloseTo(0.72, 2);
    expect(found?.outsideArea).toBeCloseTo(0.24, 1);
    expect(found?.covered).toBeGreaterThan(0.95);
  });

  test('judges evenness where it was flown, so that half a field is not half a rate', () => {
    const found = coverageOf(samples, field(0, 0, 200, 96));
    expect(found?.covered).toBeCloseTo(0.5, 1);
    expect(found?.meanRate).toBeCloseTo(40, 0);
    expect(found?.variation).toBeLessThan(0.05);
  });

  test('leaves aside a boundary that was not flown over, and says so', () => {
    const found = coverageOf(samples, field(3000, 3000, 3200, 3060));
    expect(found?.fieldFrom).toBe('elsewhere');
    expect(found?.outline).toBeUndefined();
    expect(found?.covered).toBeGreaterThan(0.98);
  });

  test('has the area that the boundary encloses, whatever its shape, and no more seeded than was flown', () => {
    const corner = fc.tuple(fc.integer({ min: 30, max: 90 }), fc.integer({ min: 0, max: 25 }));
    fc.assert(
      fc.property(fc.array(corner, { minLength: 4, maxLength: 9 }), (corners) => {
        const ring = corners.map(([radius, wobble], index): [number, number] => {
          const angle = ((index + wobble / 100) / corners.length) * 2 * Math.PI;
          return [100 + radius * Math.cos(angle), 24 + radius * Math.sin(angle)];
        });
        const area = ring.reduce((sum, [x, y], index) => {
          const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [0, 0];
          return sum + (x * nextY - nextX * y) / 2;
        }, 0);
        const found = coverageOf(samples, rectangle(...ring));
        if (found?.fieldFrom !== 'boundary') return;
        expect(Math.abs(found.fieldArea * 10_000 - area)).toBeLessThan(0.03 * area + 20);
        expect(found.seededArea + found.missedArea).toBeCloseTo(found.fieldArea, 9);
        expect(found.seededArea + found.outsideArea).toBeLessThan(1);
      }),
      { numRuns: 40 },
    );
  });
});

/** Corners in metres east and north of where the first line begins. */
function rectangle(...corners: readonly (readonly [east: number, north: number])[]): Polygon {
  return { type: 'Polygon', coordinates: [[...corners, ...corners.slice(0, 1)].map(positionAt)] };
}

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
