/** Water under sun, canopy and night: ranges worked out beforehand for mid-July at Kaijiang, clearness 0.57, air 22.5-31.5 °C. */
import { describe, expect, it } from 'vitest';
import { warmWater } from '../../simulators/water/temperature.ts';
import { extraterrestrial, solarHour } from '../../simulators/weather/sun.ts';
import { KAIJIANG } from '../../simulators/weather/weather.ts';
import { JULY } from './world.ts';

function steadyDay(depth: number, leafArea: number, clearness = 0.57) {
  let celsius = 27;
  let found = { lowest: 99, highest: -99, hottestHour: 0 };
  for (let day = 0; day < 25; day++) {
    found = { lowest: 99, highest: -99, hottestHour: 0 };
    for (let minute = 0; minute < 1440; minute++) {
      const at = JULY + minute * 60_000;
      const hour = solarHour(at, KAIJIANG.longitude);
      const weather = {
        radiation: clearness * extraterrestrial(at, KAIJIANG.latitude, KAIJIANG.longitude),
        airTemperature: 27 + 4.5 * Math.sin((2 * Math.PI * (hour - 9)) / 24),
        dewPoint: 22,
        wind: 1.2 * (0.6 + 0.8 * Math.max(0, Math.sin((Math.PI * (hour - 7)) / 13))),
      };
      celsius = warmWater(celsius, weather, depth, 1 / 60, leafArea);
      found.lowest = Math.min(found.lowest, celsius);
      if (celsius > found.highest) found = { ...found, highest: celsius, hottestHour: hour };
    }
  }
  return found;
}

describe('water temperature on a steady July day', () => {
  it.each([
    ['5 cm in the open', 0.05, 0, 23.6, 41.5, 13.5],
    ['5 cm under rice', 0.05, 5, 22.4, 30.8, 16.2],
    ['10 cm under rice', 0.1, 5, 23.4, 29.6, 17.5],
    ['a pond of 1.1 m', 1.1, 0, 30.5, 32.6, 16.9],
  ])('of %s (%d m, leaf area %d) runs from %d to %d °C', (_name, depth, leafArea, lowest, highest, hour) => {
    const day = steadyDay(depth, leafArea);
    expect(Math.abs(day.lowest - lowest)).toBeLessThan(1.6);
    expect(Math.abs(day.highest - highest)).toBeLessThan(1);
    expect(Math.abs(day.hottestHour - hour)).toBeLessThan(0.5);
  });
});
