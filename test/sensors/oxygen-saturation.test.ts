/** Vectors of published tables and of the equations worked by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oxygenSaturation, pressureAt } from '../../sensors/oxygen-saturation.ts';
import { unionisedShare } from '../../sensors/unionised-ammonia.ts';

describe('oxygen saturation', () => {
  it.each([
    [0, 14.621],
    [20, 9.092],
    [25, 8.263],
    [30, 7.559],
  ])('of fresh water at %d °C is %d mg/L', (celsius, expected) => {
    expect(oxygenSaturation(celsius)).toBeCloseTo(expected, 3);
  });

  it('is 7.828 mg/L at 25 °C in a valley 440 m high', () => {
    expect(pressureAt(440) / 1013.25).toBeCloseTo(0.9489, 4);
    expect(oxygenSaturation(25, pressureAt(440))).toBeCloseTo(7.828, 3);
  });

  it('falls with temperature, height and salt', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 39, noNaN: true }), fc.integer({ min: 0, max: 4000 }), (celsius, height) => {
        const here = oxygenSaturation(celsius, pressureAt(height));
        expect(oxygenSaturation(celsius + 1, pressureAt(height))).toBeLessThan(here);
        expect(oxygenSaturation(celsius, pressureAt(height + 100))).toBeLessThan(here);
        expect(oxygenSaturation(celsius, pressureAt(height), 5)).toBeLessThan(here);
      }),
    );
  });
});

describe('un-ionised ammonia', () => {
  it.each([
    [25, 8, 0.0537],
    [28, 8.5, 0.1812],
    [30, 9, 0.4453],
  ])('at %d °C and pH %d is the share %d of the total', (celsius, ph, expected) => {
    expect(unionisedShare(celsius, ph)).toBeCloseTo(expected, 4);
  });
});
