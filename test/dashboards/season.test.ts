/** Which profile the page judges by at each moment, and how far an axis reaches for the limits in sight. */
import { expect, test } from 'vitest';
import { boundsOf } from '../../dashboards/page/charts/bounds.ts';
import { bandsOf } from '../../dashboards/page/feed/bands.ts';
import { hasStages, intervalsBetween, profileOf, seasonOf } from '../../dashboards/page/feed/season.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';

const kinds = await loadKinds();
const kindNamed = (name: string) => {
  const found = kinds.get(name);
  if (found === undefined) throw new Error(`no kind ${name}`);
  return found;
};
const label = { zh: '田', en: 'Paddy' };
const paddy = {
  park: 'daoyu',
  id: 'p',
  label,
  type: 'paddy',
  profile: 'paddy_awd',
  stages: [
    { from: '2026-06-20', profile: 'paddy_drain' },
    { from: '2026-06-29', profile: 'paddy_heading' },
  ],
} as const;
const DRAIN = Date.parse('2026-06-20T00:00:00+08:00');
const HEADING = Date.parse('2026-06-29T00:00:00+08:00');

test('a paddy has one profile after the other, and a range is cut into those in sight', () => {
  const season = seasonOf(seeds, paddy, kindNamed('paddy_water'));
  expect(season.map(({ profile }) => profile?.name)).toEqual(['paddy_awd', 'paddy_drain', 'paddy_heading']);
  expect(hasStages(season)).toBe(true);
  expect(profileOf(season, DRAIN - 1)?.name).toBe('paddy_awd');
  expect(profileOf(season, HEADING)?.name).toBe('paddy_heading');
  const shown = intervalsBetween(bandsOf(season, 'water_level'), HEADING - 1000, HEADING + 1000);
  expect(shown.map(({ from, to, band }) => [from, to, band?.target])).toEqual([
    [HEADING - 1000, HEADING, [-300, -50]],
    [HEADING, HEADING + 1000, [20, 50]],
  ]);
});

test('a device of a kind that the stages are not made for is judged by none of them', () => {
  const season = seasonOf(seeds, paddy, kindNamed('aquaculture_pond'));
  expect(season.every(({ profile }) => profile === undefined)).toBe(true);
});

test('a site without stages, or one that the registry does not tell of, has one spell', () => {
  const { stages: _, ...plain } = paddy;
  expect(seasonOf(seeds, plain, kindNamed('paddy_water'))).toHaveLength(1);
  expect(hasStages(seasonOf({ ...seeds }, undefined, kindNamed('paddy_water')))).toBe(false);
});

test('an axis reaches for the limits of every stage in sight', () => {
  const season = seasonOf(seeds, paddy, kindNamed('paddy_water'));
  const bands = bandsOf(season, 'water_level').map(({ band }) => band);
  const [low, high] = boundsOf([-120, 40], ...bands);
  expect(low).toBeLessThan(-300);
  expect(high).toBeGreaterThan(100);
  const [, highest] = boundsOf([-120, -60], bands[1]);
  expect(highest).toBeLessThan(60);
});
