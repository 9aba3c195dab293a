/** A cheap crystal without a time server gains or loses seconds a day. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { touched } from '../measurement.ts';

const DAY = 86_400_000;

export default defineFault({
  name: 'clock-drift',
  label: { zh: '时钟走偏', en: 'clock drift' },
  about: {
    zh: '没有网络校时，时钟每天快或慢若干秒，越积越多。',
    en: 'Without a time server the clock gains or loses seconds a day, and they add up.',
  },
  source: 'crystals of 20-100 ppm: 2 to 9 s a day (data sheets)',
  options: Type.Object({ secondsADay: Type.Number({ default: 8 }) }),
  readings: ({ options }) => ({
    alter: (measurement, { from }) => [
      {
        ...touched(measurement, 'clock-drift'),
        time: measurement.time + Math.round((options.secondsADay * 1000 * (measurement.at - from)) / DAY),
      },
    ],
  }),
});
