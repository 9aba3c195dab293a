/** A wrong scale in the gateway: values ten or a hundred times too large. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent } from '../measurement.ts';

export default defineFault({
  name: 'unit-error',
  label: { zh: '单位/倍率错误', en: 'unit error' },
  about: {
    zh: '网关倍率配错，数值放大 10 或 100 倍：溶解氧 6.53 变成 653；能量程校验出一部分，其余看似正常。',
    en: 'The gateway scales wrongly by 10 or 100: oxygen 6.53 arrives as 653. The check of the physical range finds some of them.',
  },
  source: 'register maps of BOQU DOG-2082YS (×0.01) and SUP-DO7013 (×0.1) behind one template',
  options: Type.Object({ factor: Type.Number({ default: 10 }) }),
  readings: ({ options: { factor }, fields }) => ({
    alter(measurement) {
      const values: Record<string, Sent> = {};
      for (const { name, decimals } of fields) {
        const value = measurement.values[name];
        if (typeof value === 'number') values[name] = Number((value * factor).toFixed(decimals));
      }
      return [altered(measurement, 'unit-error', values)];
    },
  }),
});
