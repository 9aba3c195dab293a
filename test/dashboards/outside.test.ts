/** Time outside limits, and the limits of a field. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outsideOf } from '../../dashboards/page/charts/outside.ts';
import { bandOf } from '../../dashboards/page/feed/bands.ts';
import { seeds } from '../../seeds/seeds.ts';

const MINUTE = 60_000;

describe('time outside limits', () => {
  const ALWAYS = [{ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, band: { warnBelow: 4 } }];

  test('begins and ends where the line crosses the limit', () => {
    const found = outsideOf(
      [
        [0, 5],
        [10 * MINUTE, 3],
        [20 * MINUTE, 3],
        [30 * MINUTE, 5],
      ],
      ALWAYS,
      15 * MINUTE,
    );
    expect(found).toEqual({ outsideMs: 20 * MINUTE, unknownMs: 0 });
  });

  test('of windows lasts until the newest was measured, not until it begins', () => {
    const windows = [
      [0, 5],
      [60 * MINUTE, 3],
      [120 * MINUTE, 3],
    ] as const;
    expect(outsideOf(windows, ALWAYS, 90 * MINUTE, 175 * MINUTE).outsideMs).toBe(145 * MINUTE);
    const steps = [
      { from: 0, to: 130 * MINUTE, band: {} },
      { from: 130 * MINUTE, to: Number.POSITIVE_INFINITY, band: { warnBelow: 4 } },
    ];
    const found = outsideOf(windows, steps, 90 * MINUTE, 175 * MINUTE);
    expect(found).toEqual({ outsideMs: 45 * MINUTE, unknownMs: 0, since: 130 * MINUTE });
    expect(outsideOf(windows, ALWAYS, 90 * MINUTE, 100 * MINUTE).outsideMs).toBe(90 * MINUTE);
  });

  test('says since when it has lasted, and that it began before what is known', () => {
    const points = [
      [0, 3],
      [10 * MINUTE, 3],
    ] as const;
    expect(outsideOf(points, ALWAYS, 15 * MINUTE)).toMatchObject({ since: 0, isSinceBefore: true });
    const later = [[-10 * MINUTE, 5], ...points] as const;
    expect(outsideOf(later, ALWAYS, 15 * MINUTE)).toEqual({ outsideMs: 15 * MINUTE, unknownMs: 0, since: -5 * MINUTE });
  });

  test('takes a gap for neither good nor bad', () => {
    const found = outsideOf(
      [
        [0, 3],
        [60 * MINUTE, 3],
      ],
      ALWAYS,
      15 * MINUTE,
    );
    expect(found).toEqual({ outsideMs: 0, unknownMs: 60 * MINUTE, since: 60 * MINUTE });
  });
});

describe('time outside the limits of the stage then in force', () => {
  const at = (hours: number) => hours * 60 * MINUTE;
  /** Rice that heads is never dry; before, the field was being dried. */
  const stages = [
    { from: Number.NEGATIVE_INFINITY, to: at(10), band: { warnAbove: 20 } },
    { from: at(10), to: Number.POSITIVE_INFINITY, band: { warnBelow: 10, warnAbove: 80 } },
  ];

  test('begins with a stage that the value does not suit', () => {
    const points = Array.from({ length: 13 }, (_, hour) => [at(hour), -100] as const);
    expect(outsideOf(points, stages, at(2))).toEqual({ outsideMs: at(2), unknownMs: 0, since: at(10) });
  });

  test('ends with a stage that it does', () => {
    const points = Array.from({ length: 13 }, (_, hour) => [at(hour), 50] as const);
    expect(outsideOf(points, stages, at(2))).toEqual({ outsideMs: at(10), unknownMs: 0 });
  });

  test('goes on where it suits neither', () => {
    const points = Array.from({ length: 13 }, (_, hour) => [at(hour), 90] as const);
    expect(outsideOf(points, stages, at(2))).toMatchObject({ outsideMs: at(12), since: 0, isSinceBefore: true });
  });

  test('is counted to the moment of the change within a span', () => {
    expect(outsideOf([[at(9), -100] as const, [at(11), -100] as const], stages, at(2)).outsideMs).toBe(at(1));
  });

  test('is the sum of what each stage alone would give, however they lie', () => {
    const anyPoints = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: -200, max: 150 })), {
        minLength: 2,
        maxLength: 40,
      })
      .map((steps) =>
        steps.map(([, value], index) => {
          const minutes = steps.slice(0, index + 1).reduce((sum, [each]) => sum + each, 0);
          return [minutes * MINUTE, value] as const;
        }),
      );
    fc.assert(
      fc.property(anyPoints, fc.integer({ min: 0, max: 40 * 60 }), (points, change) => {
        const cut = change * MINUTE + 1;
        const [first, second] = [{ warnBelow: -150, warnAbove: 70 }, { warnBelow: 10 }];
        const { NEGATIVE_INFINITY: past, POSITIVE_INFINITY: future } = Number;
        const alone = (from: number, to: number, band: object) =>
          outsideOf(points, [{ from, to, band }], at(2)).outsideMs;
        const both = outsideOf(
          points,
          [
            { from: past, to: cut, band: first },
            { from: cut, to: future, band: second },
          ],
          at(2),
        );
        expect(both.outsideMs).toBeCloseTo(alone(past, cut, first) + alone(cut, future, second), 3);
        expect(both.outsideMs).toBeLessThanOrEqual((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0));
        const last = points.at(-1);
        const limits: { readonly warnBelow?: number; readonly warnAbove?: number } =
          (last?.[0] ?? 0) < cut ? first : second;
        const isOut = (last?.[1] ?? 0) < (limits.warnBelow ?? past) || (last?.[1] ?? 0) > (limits.warnAbove ?? future);
        expect(both.since !== undefined).toBe(isOut);
      }),
    );
  });
});

test('a profile that tells low and high water apart still gives one band', () => {
  const profile = seeds.profiles.find(({ name }) => name === 'paddy_awd');
  expect(bandOf(profile, 'water_level')).toMatchObject({ target: [-150, 30], warnBelow: -150, warnAbove: 70 });
});
