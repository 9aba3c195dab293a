/** Repeats the last value: a hung converter, a gateway that sends its cache. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent } from '../measurement.ts';

export default defineFault({
  name: 'stuck',
  label: { zh: '读数卡住', en: 'stuck' },
  about: {
    zh: '变送器死机或网关重发缓存，同一数值持续 1–24 小时，看似平稳。',
    en: 'A hung converter or a gateway that sends its cache: the same value for 1 to 24 hours, which looks like calm weather.',
  },
  source:
    'Modbus gateways that answer from their cache; how long healthy sensors repeat is in the kinds (`stuckAfterMinutes`)',
  options: Type.Object({}),
  readings({ fields }) {
    let last: Readonly<Record<string, Sent>> = {};
    return {
      watch(measurement) {
        last = measurement.values;
      },
      alter(measurement) {
        // Without an earlier value, the first one inside the window is still measured.
        if (Object.keys(last).length === 0) last = measurement.values;
        const values: Record<string, Sent> = {};
        for (const { name } of fields) {
          const value = last[name];
          if (value !== undefined && measurement.values[name] !== undefined) values[name] = value;
        }
        return [altered(measurement, 'stuck', values)];
      },
    };
  },
});
