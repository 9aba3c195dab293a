/** A clock that jumps: a wrong time server, daylight saving where there is none, a missing time zone. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { touched } from '../measurement.ts';

export default defineFault({
  name: 'clock-step',
  label: { zh: '时钟跳变', en: 'clock step' },
  about: {
    zh: '设备时钟突然前移或后退；28800 秒即“把北京时间当 UTC 上报”。',
    en: "The device's clock jumps forward or back; 28,800 s is Beijing time sent as UTC.",
  },
  source:
    'a step of -475 s in the Mendeley tank series 34rczh25kc; -2700 s at the end of daylight saving in a real cold store',
  options: Type.Object({ seconds: Type.Number({ default: -475 }) }),
  readings: ({ options }) => ({
    alter: (measurement) => [
      { ...touched(measurement, 'clock-step'), time: measurement.time + Math.round(options.seconds * 1000) },
    ],
  }),
});
