import { describe, expect, it } from 'vitest';
import { parseRange, parseTime } from '../../api/time-range.ts';

const NOW = Date.UTC(2026, 6, 20);
const DAY = 86_400_000;
const time = (text: string) => parseTime('from', text, NOW);

describe('a time in a query', () => {
  it.each([
    ['now', NOW],
    ['-1s', NOW - 1000],
    ['-5m', NOW - 300_000],
    ['-24h', NOW - DAY],
    ['-30d', NOW - 30 * DAY],
    ['-2w', NOW - 14 * DAY],
    ['+1d', NOW + DAY],
    ['-0s', NOW],
    ['-999999d', NOW - 999_999 * DAY],
    ['1763900000000', 1_763_900_000_000],
    ['978307200000', Date.UTC(2001, 0, 1)],
    ['2026-07-20T05:40:00+08:00', Date.UTC(2026, 6, 19, 21, 40)],
    ['2026-07-20T05:40+08:00', Date.UTC(2026, 6, 19, 21, 40)],
    ['2026-07-20T05:40:00.5Z', Date.UTC(2026, 6, 20, 5, 40, 0, 500)],
    // A "+" that was not escaped.
    ['2026-07-20T05:40:00 08:00', Date.UTC(2026, 6, 19, 21, 40)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('%s is understood', (text, expected) => {
    expect(time(text)).toBe(expected);
  });

  it.each([
    ...['', 'yesterday', '24h', '-24', '-24y', '-1000000s', '-1.5h', '2026-07-20', '2026-07-20T05:40:00'],
    ...['2026-02-30T00:00:00Z', '2025-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-07-20T25:00:00Z'],
    ...['17639000000', '17639000000000', '-1763900000000', ' now', '2026-07-20T05:40:00+0800'],
  ])('"%s" is refused by name, with what would be right', (text) => {
    expect(() => time(text)).toThrow(/^from=".*" must be RFC 3339 with an offset/);
  });
});

describe('a range', () => {
  it('ends behind its beginning', () => {
    expect(parseRange('-1s', 'now', NOW)).toEqual({ from: NOW - 1000, to: NOW });
    expect(() => parseRange('now', 'now', NOW)).toThrow(/must lie before/);
    expect(() => parseRange('now', '-1s', NOW)).toThrow(/must lie before/);
    expect(() => parseRange('x', 'now', NOW)).toThrow(/^from=/);
    expect(() => parseRange('-1s', 'x', NOW)).toThrow(/^to=/);
  });

  it('is no longer than a hundred years', () => {
    expect(parseRange('-36600d', 'now', NOW).from).toBe(NOW - 36_600 * DAY);
    expect(() => parseRange('-36601d', 'now', NOW)).toThrow(/100 years/);
  });
});
