/** A reboot of a device without a clock battery: 1 January 1970 until the network provides the time. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { touched } from '../measurement.ts';

export default defineFault({
  name: 'clock-reset',
  label: { zh: '重启回 1970', en: 'clock reset' },
  about: {
    zh: '断电重启后时钟从 1970-01-01（或 2000 年）走起，序号归零，直到联网校时。',
    en: 'After a reboot the clock starts at 1970-01-01 (or 2000) and the counter at 0, until the network provides the time.',
  },
  source: 'DTUs without a clock battery; years 1970 and 2000 in field data',
  options: Type.Object({ year: Type.Integer({ default: 1970, minimum: 1970, maximum: 2030 }) }),
  readings({ options: { year } }) {
    let reboot: number | undefined;
    let seq = 0;
    return {
      alter(measurement, { from }) {
        if (reboot !== from) seq = 0;
        reboot = from;
        const time = Date.UTC(year, 0, 1) + (measurement.at - from);
        return [{ ...touched(measurement, 'clock-reset'), time, seq: seq++ }];
      },
    };
  },
});
