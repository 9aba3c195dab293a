import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clockOf,
  dateTimeOf,
  dayNumberOf,
  dayOf,
  hourOf,
  isBetweenHours,
  isoOf,
  midnightBefore,
  midnightOf,
  startOfDay,
  timestampOf,
} from '../../base/beijing-time.ts';

/** The calendar of the runtime knows the zone by itself. */
const shanghai = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  ...({ dateStyle: 'short', timeStyle: 'medium' } as const),
});
const SINCE_1992 = fc.integer({ min: Date.UTC(1992, 0, 1), max: Date.UTC(2200, 0, 1) });

describe('Beijing time', () => {
  it('is what the zone database says', () => {
    fc.assert(
      fc.property(SINCE_1992, (time) => {
        const text = shanghai.format(time);
        expect(timestampOf(time)).toBe(text);
        expect([dayOf(time), clockOf(time), hourOf(time)]).toEqual([
          ...[text.slice(0, 10), text.slice(11, 16), Number(text.slice(11, 13))],
        ]);
        expect(dateTimeOf(time)).toBe(text.slice(5, 16));
        expect(Date.parse(isoOf(time))).toBe(time);
      }),
    );
  });

  it('begins each day at its midnight', () => {
    fc.assert(
      fc.property(SINCE_1992, (time) => {
        const midnight = midnightBefore(time);
        expect(midnight).toBe(startOfDay(dayOf(time)));
        expect(midnight).toBe(midnightOf(dayNumberOf(time)));
        expect(time - midnight).toBeGreaterThanOrEqual(0);
        expect(time - midnight).toBeLessThan(86_400_000);
      }),
    );
    const midnight = Date.parse('2026-05-10T00:00:00+08:00');
    expect(midnightBefore(midnight)).toBe(midnight);
    expect(isoOf(midnight + 7)).toBe('2026-05-10T00:00:00.007+08:00');
  });

  it.each([
    [20, 8, [20, 23, 0, 7], [8, 12, 19]],
    [8, 20, [8, 19], [7, 20, 23, 0]],
  ])('between %i and %i o’clock includes the first hour and not the last', (from, to, inside, outside) => {
    const at = (hour: number) => startOfDay('2026-05-10') + hour * 3_600_000;
    expect(inside.map((hour) => isBetweenHours(at(hour), from, to))).toEqual(inside.map(() => true));
    expect(outside.map((hour) => isBetweenHours(at(hour), from, to))).toEqual(outside.map(() => false));
  });
});
