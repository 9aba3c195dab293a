/** Time outside limits, and the limits of a field. */
import { describe, expect, test } from 'vitest';
import { outsideOf } from '../../dashboards/page/charts/outside.ts';
import { bandOf } from '../../dashboards/page/feed/bands.ts';
import { seeds } from '../../seeds/seeds.ts';

const MINUTE = 60_000;

describe('time outside limits', () => {
  const limits = { warnBelow: 4 };

  test('begins and ends where the line crosses the limit', () => {
    const found = outsideOf(
      [
        [0, 5],
        [10 * MINUTE, 3],
        [20 * MINUTE, 3],
        [30 * MINUTE, 5],
      ],
      limits,
      15 * MINUTE,
    );
    expect(found).toEqual({ outsideMs: 20 * MINUTE, unknownMs: 0 });
  });

  test('says since when it has lasted, and that it began before what is known', () => {
    const points = [
      [0, 3],
      [10 * MINUTE, 3],
    ] as const;
    expect(outsideOf(points, limits, 15 * MINUTE)).toMatchObject({ since: 0, isSinceBefore: true });
    const later = [[-10 * MINUTE, 5], ...points] as const;
    expect(outsideOf(later, limits, 15 * MINUTE)).toEqual({ outsideMs: 15 * MINUTE, unknownMs: 0, since: -5 * MINUTE });
  });

  test('takes a gap for neither good nor bad', () => {
    const found = outsideOf(
      [
        [0, 3],
        [60 * MINUTE, 3],
      ],
      limits,
      15 * MINUTE,
    );
    expect(found).toEqual({ outsideMs: 0, unknownMs: 60 * MINUTE, since: 60 * MINUTE });
  });
});

test('a profile that tells low and high water apart still gives one band', () => {
  const profile = seeds.profiles.find(({ name }) => name === 'paddy_awd');
  expect(bandOf(profile, 'water_level')).toMatchObject({ target: [-150, 30], warnBelow: -150, warnAbove: 70 });
});
