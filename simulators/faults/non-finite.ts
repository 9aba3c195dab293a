/** A division by zero in the firmware: NaN or infinity. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered } from '../measurement.ts';

const NUMBERS = { NaN: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY } as const;

export default defineFault({
  name: 'non-finite',
  label: { zh: '非有限数', en: 'not finite' },
  about: {
    zh: '固件算出 NaN 或 inf：写成文本则只丢该值，裸写进 JSON 则整条报文无法解析。',
    en: 'The firmware computed NaN or inf: as a text, it loses that value; bare in the JSON, it loses the whole message.',
  },
  source: 'ammonia `inf` in IoTPond10 (Udanor 2022); `NaN` printed by C templates of DTUs',
  options: Type.Object({
    value: Type.Union([Type.Literal('NaN'), Type.Literal('inf'), Type.Literal('-inf')], { default: 'NaN' }),
    as: Type.Union([Type.Literal('text'), Type.Literal('bare')], { default: 'text' }),
  }),
  readings({ options, fields }) {
    const value = options.as === 'text' ? options.value : NUMBERS[options.value];
    const values = Object.fromEntries(fields.map(({ name }) => [name, value]));
    return { alter: (measurement) => [altered(measurement, 'non-finite', values)] };
  },
});
