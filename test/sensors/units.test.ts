import { describe, expect, it } from 'vitest';
import { conversion, isUnit } from '../../sensors/units.ts';

/** The same quantity twice, from tables of units, not from our code. */
const SAME: readonly (readonly [value: number, from: string, other: number, to: string])[] = [
  [77, '°F', 25, 'Cel'],
  [298.15, 'K', 25, '°C'],
  [25, '摄氏度', 25, 'celsius'],
  [1.5, 'm', 150, 'cm'],
  [10, 'in', 254, 'mm'],
  [1, 'ft', 304.8, 'mm'],
  [2, 'km', 2000, 'm'],
  [1.4, 'mS/cm', 1400, 'uS/cm'],
  [1, 'dS/m', 1, 'mS/cm'],
  [100, 'mS/m', 1, 'mS/cm'],
  [1, 'S/m', 10, 'mS/cm'],
  [1, 'S/cm', 100, 'S/m'],
  [3300, 'mV', 3.3, 'V'],
  [0.35, '/', 35, '%'],
  [5, '‰', 0.5, '%'],
  [500, 'ug/L', 0.5, 'mg/L'],
  [1, 'g/L', 1000, 'ppm'],
  [35, 'g/kg', 35, 'psu'],
  [1500, 'g', 3, '斤'],
  [1, 't', 1000, '公斤'],
  [10, 'lb', 4.5359237, 'kg'],
  [36, 'km/h', 10, 'm/s'],
  [10, 'kn', 18.52, 'km/h'],
  [10, 'mph', 4.4704, 'm/s'],
  [1, 'L/s', 60, 'L/min'],
  [1, 'm3/s', 3600, 'm3/h'],
  [2, 'kW', 2000, 'W'],
  [15, '亩', 1, 'ha'],
  [10_000, 'm2', 1, '公顷'],
  [Math.PI, 'rad', 180, '°'],
  [2, 'klx', 2000, 'lux'],
  [1, '[g]', 9.80665, 'm/s2'],
  [1, 'bar', 1000, 'hPa'],
  [101.325, 'kPa', 1013.25, 'mbar'],
  [100, 'Pa', 1, 'hPa'],
  [0, 'dBW', 30, 'dBm'],
  [1, 'g/s', 0.06, 'kg/min'],
  [2, 'kg/亩', 30, 'kg/ha'],
];

describe('units', () => {
  it.each(SAME)('%d %s are %d %s, and back', (value, from, other, to) => {
    const there = conversion(from, to);
    const back = conversion(to, from);
    expect(value * (there?.scale ?? Number.NaN) + (there?.offset ?? 0)).toBeCloseTo(other, 6);
    expect(other * (back?.scale ?? Number.NaN) + (back?.offset ?? 0)).toBeCloseTo(value, 6);
  });

  it.each([
    ['Cel', '%'],
    ['mg/L', 'g/kg'],
    ['kg', 'kg/min'],
    ['furlong', 'm'],
    ['m', 'furlong'],
  ])('%s does not become %s', (from, to) => {
    expect(conversion(from, to)).toBeUndefined();
  });

  it('are known however they are typed', () => {
    for (const text of ['µS/cm', 'μs / cm', 'US/CM', ' m³/h ', 'm²', '℃', '℉', '% RH', 'R/MIN'])
      expect(isUnit(text)).toBe(true);
    expect(isUnit('furlong')).toBe(false);
  });
});
