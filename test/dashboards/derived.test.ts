/** Values that follow from measured ones, time outside limits, and the limits of a field. */
import { describe, expect, test } from 'vitest';
import { outsideOf } from '../../dashboards/page/charts/outside.ts';
import { bandOf } from '../../dashboards/page/feed/bands.ts';
import { inputsOf, withDerived, withDerivedSeries, withDerivedValues } from '../../dashboards/page/feed/derived.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const MINUTE = 60_000;
const kinds = await loadKinds();
const kindNamed = (name: string) => {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return withDerived(kind);
};

describe('un-ionised ammonia', () => {
  const pond = kindNamed('aquaculture_pond');

  test('is charted behind total ammonia, and only where a kind measures its inputs', () => {
    const panels = pond.panels.map(({ fields }) => fields.join());
    expect(panels[panels.indexOf('unionised_ammonia') - 1]).toContain('ammonia_nitrogen');
    expect(kindNamed('cold_chain').fields.some(({ name }) => name === 'unionised_ammonia')).toBe(false);
  });

  test('is 18 % of the total at 28 °C and pH 8.5, and unknown without one of its inputs', () => {
    const values = { ammonia_nitrogen: 0.5, ph: 8.5, water_temperature: 28 };
    expect(withDerivedValues(pond, values).unionised_ammonia).toBeCloseTo(0.5 * 0.1812, 4);
    expect(withDerivedValues(pond, { ammonia_nitrogen: 0.5, ph: 8.5 })).not.toHaveProperty('unionised_ammonia');
  });

  test('is asked for by its inputs and computed where all of them have a point', () => {
    expect(inputsOf(['unionised_ammonia', 'ph'])).toEqual(['ammonia_nitrogen', 'ph', 'water_temperature']);
    const series = (field: string, points: readonly (readonly [number, number])[]) => ({
      park: 'p',
      site: 's',
      device: 'd',
      field,
      aggregate: 'mean' as const,
      points,
    });
    const answer = [
      series('ammonia_nitrogen', [
        [1, 0.5],
        [2, 0.6],
      ]),
      series('ph', [[1, 8.5]]),
      series('water_temperature', [[1, 28]]),
    ];
    const found = withDerivedSeries(['unionised_ammonia'], answer);
    expect(found.map(({ field, points }) => [field, points.length])).toEqual([['unionised_ammonia', 1]]);
    expect(found[0]?.points[0]?.[1]).toBeCloseTo(0.0906, 3);
  });
});

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
