/** The weather of a seed is the same in whatever order it is asked for, keeps the climate of the county, and its sun is that of 107.88° E. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayNumberOf, midnightOf } from '../../base/beijing-time.ts';
import { dayOfYear, solarHour } from '../../simulators/weather/sun.ts';
import { createWeather, KAIJIANG, type Weather } from '../../simulators/weather/weather.ts';
import { DAY, HOUR, JULY, timed } from './world.ts';

const MINUTE = 60_000;
const open = (seed: string) => createWeather({ seed, ...KAIJIANG, conditions: [] });
const anyInstant = fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2035, 0, 1) });

describe('the sun over Kaijiang', () => {
  it.each([
    ['2026-02-11', 12 + 48 / 60 + 14 / 60],
    ['2026-04-15', 12 + 48 / 60],
    ['2026-11-03', 12 + 48 / 60 - 16 / 60],
  ])('is highest on %s at %d h Beijing time, to two minutes', (date, hour) => {
    const midnight = Date.parse(`${date}T00:00:00+08:00`);
    const noon = midnight + hour * HOUR;
    expect(Math.abs(solarHour(noon, KAIJIANG.longitude) - 12)).toBeLessThan(2 / 60);
    const weather = createWeather({
      seed: 'sun',
      ...KAIJIANG,
      conditions: timed([{ condition: 'sky', state: 'clear', fromHour: -48, toHour: 48 }], midnight),
    });
    expect(weather.at(midnight + 2 * HOUR).radiation).toBe(0);
    expect(weather.at(noon).radiation).toBeGreaterThan(weather.at(noon - 3 * HOUR).radiation);
    expect(weather.at(noon).radiation).toBeGreaterThan(weather.at(noon + 3 * HOUR).radiation);
  });
});

describe('weather', () => {
  it('is physical at any instant of any seed', () => {
    fc.assert(
      fc.property(fc.string(), anyInstant, (seed, at) => {
        const now = open(seed).at(at);
        expect(now.airTemperature).toBeGreaterThan(-12);
        expect(now.airTemperature).toBeLessThan(46);
        expect(now.dewPoint).toBeLessThan(now.airTemperature);
        expect(now.humidity).toBeGreaterThan(10);
        expect(now.humidity).toBeLessThan(100);
        expect(now.radiation).toBeGreaterThanOrEqual(0);
        expect(now.radiation).toBeLessThan(1100);
        expect(now.wind).toBeGreaterThan(0);
        expect(now.rain).toBeGreaterThanOrEqual(0);
        expect(Math.abs(now.pressure - 961)).toBeLessThan(15);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on what was asked before', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(anyInstant, { minLength: 2, maxLength: 8 }), (seed, instants) => {
        const forwards = open(seed);
        const backwards = open(seed);
        const there = instants.map((at) => forwards.at(at));
        const back = instants.toReversed().map((at) => backwards.at(at));
        expect(back.toReversed()).toEqual(there);
      }),
      { numRuns: 40 },
    );
  });

  it('holds skies in spells: a day is like the day before more often than chance', () => {
    const weather = open('spells');
    const first = dayNumberOf(JULY) - 2000;
    let alike = 0;
    for (let day = first; day < first + 2000; day++)
      if (weather.dayNumbered(day).sky === weather.dayNumbered(day + 1).sky) alike++;
    expect(alike / 2000).toBeGreaterThan(0.65);
  });

  it('keeps the climate: temperatures within 2 K by month, 950-1,400 mm of rain a year, two thirds of it at night', {
    timeout: 60_000,
  }, () => {
    const { maxima, rain, nightRain } = survey(open('climate'), 12);
    const expected = [9.1, 11.6, 16.1, 21.7, 26, 28.5, 31.5, 31.8, 27.2, 21.2, 16.3, 10.4];
    for (const [month, mean] of maxima.entries()) expect(Math.abs(mean - (expected[month] ?? 0))).toBeLessThan(2);
    expect(rain).toBeGreaterThan(950);
    expect(rain).toBeLessThan(1400);
    expect(nightRain).toBeGreaterThan(0.55);
  });

  it('does what a scenario tells: a heat wave, a storm, an overcast day', () => {
    const calm = createWeather({ seed: 'told', ...KAIJIANG, conditions: [] });
    const told = createWeather({
      seed: 'told',
      ...KAIJIANG,
      conditions: timed([
        { condition: 'air', warmerBy: 6, fromHour: 0, toHour: 72 },
        { condition: 'rain', mmPerHour: 40, fromHour: 80, toHour: 81 },
        { condition: 'sky', state: 'overcast', clearness: 0.18, fromHour: 96, toHour: 120 },
      ]),
    });
    const at = JULY + 38 * HOUR;
    expect(told.at(at).airTemperature - calm.at(at).airTemperature).toBeCloseTo(6, 6);
    expect(told.at(JULY + 80.5 * HOUR).rain).toBe(40);
    expect(told.at(JULY + 4 * DAY + 12.8 * HOUR).radiation).toBeLessThan(300);
    expect(told.at(JULY + 10 * DAY)).toEqual(calm.at(JULY + 10 * DAY));
  });
});

function survey(weather: Weather, years: number) {
  const sums = Array.from({ length: 12 }, () => ({ maximum: 0, days: 0 }));
  let rain = 0;
  let night = 0;
  const first = dayNumberOf(Date.parse('2015-01-01T00:00:00+08:00'));
  for (let day = first; day < first + years * 365; day++) {
    const { maximum, rain: fallen } = weather.dayNumbered(day);
    rain += fallen;
    for (let minute = 0; minute < 1440; minute += 10) {
      if (minute < 480 || minute >= 1200) night += weather.at(midnightOf(day) + minute * MINUTE).rain / 6;
    }
    const month = sums[Math.min(11, Math.floor((dayOfYear(midnightOf(day)) - 1) / 30.45))];
    if (month === undefined) continue;
    month.maximum += maximum;
    month.days++;
  }
  return {
    maxima: sums.map(({ maximum, days }) => maximum / days),
    rain: rain / years,
    nightRain: night / rain,
  };
}
