import { expect, it } from 'vitest';
import { csvOfSeries } from '../../api/csv.ts';
import { parseRange } from '../../api/time-range.ts';

it('heads each column with the unit of its own field, whatever other names begin alike', () => {
  const field = {
    label: { zh: '', en: '' },
    symbol: '',
    physical: [0, 1],
    resolution: 1,
    decimals: 0,
    shape: 'number',
  } as const;
  const fields = new Map([
    ['air', { ...field, name: 'air', unit: 'kPa' }],
    ['air_max', { ...field, name: 'air_max', unit: 'Cel' }],
  ]);
  const of = { park: 'p', site: 's', device: 'd', points: [[0, 1]] } as const;
  const text = [
    ...csvOfSeries(
      [
        { ...of, field: 'air', aggregate: 'min' },
        { ...of, field: 'air_max', aggregate: 'min' },
        { ...of, field: 'air_max', aggregate: 'count' },
      ],
      fields,
    ),
  ].join('');
  expect(text.split('\r\n')[0]).toBe('time,park,site,device,air_min [kPa],air_max_min [Cel],air_max_count,flags');
});

it('reads times as people write them', () => {
  const now = Date.parse('2026-07-20T00:00:00Z');
  expect(parseRange('-24h', 'now', now)).toEqual({ from: now - 86_400_000, to: now });
  expect(parseRange('2026-07-19T05:40:00+08:00', '+1d', now).from).toBe(Date.parse('2026-07-18T21:40:00Z'));
  expect(parseRange('2026-07-19T05:40:00 08:00', 'now', now).from).toBe(Date.parse('2026-07-18T21:40:00Z'));
  expect(() => parseRange('1800-01-01T00:00:00Z', 'now', now)).toThrow(/100 years/);
});
