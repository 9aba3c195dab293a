import { expect, it } from 'vitest';
import { dayTicks, newestSeasons, seasonLine } from '../../dashboards/page/analysis/season-axis.ts';
import type { LoadedSeries } from '../../dashboards/page/feed/api.ts';

const at = (text: string) => Date.parse(`${text}+08:00`);
const place = { park: 'daoyu', site: 'pond-1', device: 'probe', field: 'dissolved_oxygen', unit: 'mg/L' } as const;

it('days count from the day of stocking in Beijing, whatever the hour: years lie upon each other', () => {
  const seasons = [{ from: at('2025-05-10T23:30'), to: at('2025-09-20T08:00') }, { from: at('2026-05-12T00:10') }];
  const of = (first: string): LoadedSeries[] => [
    {
      ...{ ...place, aggregate: 'mean', incomplete: [at(first)] },
      points: [
        [at(first), 6],
        [at(first) + 86_400_000, 7],
      ],
    },
  ];
  const [older, newer] = [of('2025-05-10T00:00'), of('2026-05-12T00:00')].map((series, index) =>
    seasonLine(seasons[index] ?? { from: 0 }, series, 'mean', seasons),
  );
  expect(older?.days.map(({ day, isIncomplete }) => [day, isIncomplete])).toEqual([
    [1, true],
    [2, false],
  ]);
  expect(newer?.days.map(({ day }) => day)).toEqual([1, 2]);
  expect([older?.name, newer?.name]).toEqual(['2025', '2026']);
});

it('two seasons of one year are told apart by their first day; the newest come first', () => {
  const seasons = [{ from: at('2026-03-01T08:00'), to: at('2026-06-01T08:00') }, { from: at('2026-07-01T08:00') }];
  const [first = { from: 0 }] = seasons;
  expect(seasonLine(first, [], 'mean', seasons)).toEqual({ season: first, name: '2026-03-01', days: [] });
  expect(newestSeasons(seasons, 1)).toEqual([seasons[1]]);
});

it('an axis of days has few ticks', () => {
  expect(dayTicks(45)).toEqual([1, 10, 20, 30, 40]);
  expect(dayTicks(130).length).toBeLessThanOrEqual(8);
});
