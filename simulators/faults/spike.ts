/** A single sample far off: a bad contact, a bus collision. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered, type Sent } from '../measurement.ts';
import { uniform } from '../random.ts';

export default defineFault({
  name: 'spike',
  label: { zh: '突跳', en: 'spike' },
  about: {
    zh: '单个样本放大数倍，下一样本恢复正常。',
    en: 'One sample is several times too large, and the next is right again.',
  },
  source: 'dissolved oxygen 0 → 30.5 → 3.7 mg/L within minutes in IoTPond10 (Udanor 2022)',
  options: Type.Object({
    /** Share of the samples inside the windows. */
    share: Type.Number({ default: 0.02, minimum: 0, maximum: 1 }),
    least: Type.Number({ default: 3, minimum: 1 }),
    most: Type.Number({ default: 30, minimum: 1 }),
  }),
  readings: ({ options: { share, least, most }, fields, seed }) => ({
    alter(measurement) {
      const second = Math.floor(measurement.at / 1000);
      if (uniform(seed, second) >= share) return [measurement];
      const factor = least + (most - least) * uniform(seed ^ 0x5f356495, second);
      const values: Record<string, Sent> = {};
      for (const { name, decimals, resolution } of fields) {
        const value = measurement.values[name];
        if (typeof value !== 'number') continue;
        values[name] = Number((value === 0 ? factor * resolution * 100 : value * factor).toFixed(decimals));
      }
      return [altered(measurement, 'spike', values)];
    },
  }),
});
