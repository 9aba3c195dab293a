import { describe, expect, it } from 'vitest';
import { lines } from '../../analysis/stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../../analysis/vector.ts';
import { excursionsOf } from '../../reports/excursions.ts';

const FIELD = 'air_temperature';
/** 2 °C, with a triangle up to 8 °C at 02:00 that begins at 01:00 and ends at 03:00. */
const warm = curve(FIELD, 360, 5, (minute) => 2 + 6 * Math.max(0, 1 - Math.abs(minute - 120) / 60));
const segmentsOf = (inside: typeof warm) => [...lines({ from: T0, to: T0 + 6 * HOUR, inside }, FIELD, 5 * MINUTE)];
const minutes = (time: number) => Math.round((time - T0) / MINUTE);

describe('excursions', () => {
  it('begin and end where the line crosses the limit, with peak and degree-minutes', () => {
    const found = excursionsOf(segmentsOf(warm), { warnAbove: 5, criticalAbove: 9 });
    expect(found.map(({ from, to }) => [minutes(from), minutes(to)])).toEqual([[90, 150]]);
    expect(found[0]).toMatchObject({ is: 'above', peak: 8, isCritical: false, isOpen: false });
    expect(found[0]?.degreeMinutes).toBeCloseTo(90, 9);
    expect(excursionsOf(segmentsOf(warm), { warnAbove: 5, criticalAbove: 7 })[0]?.isCritical).toBe(true);
  });

  it('end at a gap, and say that they may have lasted longer', () => {
    const silent = warm.filter(({ time }) => time <= T0 + 2 * HOUR || time >= T0 + 2.25 * HOUR);
    const found = excursionsOf(segmentsOf(silent), { warnAbove: 5 });
    expect(found.map(({ from, to, isOpen }) => [minutes(from), minutes(to), isOpen])).toEqual([
      [90, 120, true],
      [135, 150, false],
    ]);
  });

  it('below a limit are the same upside down', () => {
    const cold = warm.map(({ time, values }) => ({ time, values: { [FIELD]: -(values[FIELD] ?? 0) } }));
    const found = excursionsOf(segmentsOf(cold), { warnBelow: -5, criticalBelow: -7 });
    expect(found[0]).toMatchObject({ is: 'below', limit: -5, peak: -8, isCritical: true });
    expect(found[0]?.degreeMinutes).toBeCloseTo(90, 9);
  });

  it('touching the limit is none', () => {
    expect(excursionsOf(segmentsOf(warm), { warnAbove: 8 })).toEqual([]);
  });
});
