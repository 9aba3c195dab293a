/** A text instead of a number: an overflowing display, a decimal comma. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered } from '../measurement.ts';

export default defineFault({
  name: 'text',
  label: { zh: '文本代替数值', en: 'text for a number' },
  about: {
    zh: '该是数值的位置出现文本：“###”、“..........”、小数逗号“6,42”。',
    en: 'A text instead of a number: "###", "..........", a decimal comma "6,42".',
  },
  source: '`###` and `..........` in exports of a real cold store; decimal commas of European gateways',
  options: Type.Object({ text: Type.String({ default: '###', minLength: 1, maxLength: 64 }) }),
  readings: ({ options, fields }) => ({
    alter: (measurement) => [
      altered(measurement, 'text', Object.fromEntries(fields.map(({ name }) => [name, options.text]))),
    ],
  }),
});
