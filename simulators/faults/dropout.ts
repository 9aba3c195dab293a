/** Samples that were never made: a busy bus, a brown-out, a full flash. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { uniform } from '../random.ts';

export default defineFault({
  name: 'dropout',
  label: { zh: '缺测', en: 'dropout' },
  about: {
    zh: '样本从未产生，事后也补不回来；序号连续，只有时间间隔能看出。',
    en: 'Samples that were never made and will never arrive; the sequence number has no gap, only the times show it.',
  },
  source: '3.7-6.1 % missing at 1-min loggers of a real cold store; a gap of 35 days in IoTPond10',
  options: Type.Object({
    /** Share of the samples inside the windows. */
    share: Type.Number({ default: 0.05, minimum: 0, maximum: 1 }),
  }),
  readings: ({ options: { share }, seed }) => ({
    alter: (measurement) => (uniform(seed, Math.floor(measurement.at / 1000)) < share ? [] : [measurement]),
  }),
});
