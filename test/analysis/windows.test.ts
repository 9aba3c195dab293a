import { describe, expect, it } from 'vitest';
import { KAIJIANG } from '../../analysis/sun.ts';
import { type WindowName, windowsOf } from '../../analysis/windows.ts';
import { isoOf } from '../../base/beijing-time.ts';

const at = (text: string) => Date.parse(`${text}+08:00`);
const shown = (name: WindowName, from: string, to: string, more = {}) =>
  windowsOf(name, { from: at(from), to: at(to), position: KAIJIANG, seasons: [], missions: [], ...more }).map((span) =>
    [span.from, span.to].map((time) => isoOf(time).slice(5, 16)).join(' '),
  );

describe('windows', () => {
  it('of a day begin at midnight in Beijing; one that has begun before is left out', () => {
    expect(shown('day', '2026-07-01T00:00', '2026-07-03T00:00')).toEqual([
      '07-01T00:00 07-02T00:00',
      '07-02T00:00 07-03T00:00',
    ]);
    expect(shown('day', '2026-07-01T00:01', '2026-07-02T00:01')).toEqual(['07-02T00:00 07-03T00:00']);
  });

  it('of a night are twelve hours, and from noon to noon a night is whole', () => {
    expect(shown('night', '2026-07-01T00:00', '2026-07-02T00:00')).toEqual(['07-01T20:00 07-02T08:00']);
    expect(shown('night', '2026-07-01T20:00', '2026-07-01T20:01')).toEqual(['07-01T20:00 07-02T08:00']);
    expect(shown('noon', '2026-07-01T00:00', '2026-07-02T00:00')).toEqual(['07-01T12:00 07-02T12:00']);
  });

  it('from sunset to sunrise follow the sun of the site', () => {
    // In July: solar noon at 12:52 Beijing time and a day of 14 h 8 min; Shanghai an hour earlier.
    const [night = ''] = shown('sun_night', '2026-07-01T12:00', '2026-07-02T12:00');
    expect(night).toMatch(/^07-01T19:5\d 07-02T05:4\d$/);
    const shanghai = { position: { latitude: 31.23, longitude: 121.47 } };
    expect(shown('sun_night', '2026-07-01T12:00', '2026-07-02T12:00', shanghai)[0]).toMatch(/T19:0\d 07-02T04:5\d$/);
    expect(shown('sun_night', '2026-01-01T12:00', '2026-01-02T12:00')[0]).toMatch(/^01-01T17:5\d 01-02T07:4\d$/);
  });

  it('of weeks begin on Mondays, of months on the first', () => {
    expect(shown('week', '2026-07-01T00:00', '2026-07-14T00:00')).toEqual([
      '07-06T00:00 07-13T00:00',
      '07-13T00:00 07-20T00:00',
    ]);
    expect(shown('month', '2026-01-15T00:00', '2026-03-02T00:00')).toEqual([
      '02-01T00:00 03-01T00:00',
      '03-01T00:00 04-01T00:00',
    ]);
  });

  it('are seasons and missions that touch the time, or the time itself', () => {
    const seasons = [
      { from: at('2025-05-10T08:00'), to: at('2025-09-20T08:00') },
      { from: at('2026-05-12T08:00'), to: at('2026-07-20T00:00') },
    ];
    expect(shown('season', '2026-07-01T00:00', '2026-07-02T00:00', { seasons })).toEqual(['05-12T08:00 07-20T00:00']);
    expect(shown('whole', '2026-07-01T03:00', '2026-07-02T04:00')).toEqual(['07-01T03:00 07-02T04:00']);
  });

  it('that are too many are refused before anything is read', () => {
    expect(() => shown('day', '1990-01-01T00:00', '2026-07-02T00:00')).toThrow(/more than 5000 windows/);
  });
});
