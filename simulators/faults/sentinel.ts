/** A disconnected probe: the converter sends a constant instead of a value. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered } from '../measurement.ts';

export default defineFault({
  name: 'sentinel',
  label: { zh: '断线哨兵值', en: 'sentinel' },
  about: {
    zh: '探头断线，变送器上报固定值（−127、65535、−999），看似数据，其实没有测量。',
    en: 'The probe is disconnected, and the converter sends a constant (-127, 65535, -999) that looks like a value.',
  },
  source:
    'rows of -127 °C in IoTPond10 (Udanor 2022, doi 10.1016/j.dib.2022.108400); register all ones: Modbus converters',
  options: Type.Object({ value: Type.Number({ default: -127 }) }),
  appliesTo: ({ unit }) => unit === 'Cel',
  readings: ({ options, fields }) => ({
    alter: (measurement) => [
      altered(measurement, 'sentinel', Object.fromEntries(fields.map(({ name }) => [name, options.value]))),
    ],
  }),
});
