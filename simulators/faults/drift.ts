/** A sensor that drifts from the true value day by day until it is calibrated. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent } from '../measurement.ts';

const DAY = 86_400_000;

export default defineFault({
  name: 'drift',
  label: { zh: '漂移', en: 'drift' },
  about: {
    zh: '读数逐日偏离真值，直到校准；没有任何一个样本看起来异常。',
    en: 'The sensor drifts from the true value day by day until it is calibrated; no single sample looks wrong.',
  },
  source:
    'YSI sonde raw against clean over 5.3 d (driftR calValues.csv); ion-selective electrodes 5-10 % a day (general knowledge)',
  options: Type.Object({
    percentADay: Type.Number({ default: 5 }),
    /** Drift in the unit of the field, in addition to the percentage. */
    unitsADay: Type.Number({ default: 0 }),
  }),
  readings: ({ options: { percentADay, unitsADay }, fields }) => ({
    alter(measurement, { from }) {
      const days = (measurement.at - from) / DAY;
      const values: Record<string, Sent> = {};
      for (const { name, decimals } of fields) {
        const value = measurement.values[name];
        if (typeof value !== 'number') continue;
        values[name] = Number((value * (1 + (percentADay / 100) * days) + unitsADay * days).toFixed(decimals));
      }
      return [altered(measurement, 'drift', values)];
    },
  }),
});
