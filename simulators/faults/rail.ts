/** A saturated analogue input: pinned at the limit of the range, or beyond it. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { altered } from '../measurement.ts';

export default defineFault({
  name: 'rail',
  label: { zh: '量程顶死', en: 'pinned at a rail' },
  about: {
    zh: '模拟量输入饱和，读数固定在量程端点（或略超出），整季不变。',
    en: 'The analogue input is saturated: the value stays at the limit of the range, or slightly beyond, for a season.',
  },
  source: 'pH 15.45 and turbidity 100 throughout in IoTPond10 (Udanor 2022, doi 10.1016/j.dib.2022.108400)',
  options: Type.Object({
    side: Type.Union([Type.Literal('high'), Type.Literal('low')], { default: 'high' }),
    /** Distance beyond the physical limit, as a share of the range; 0 is the limit itself. */
    beyond: Type.Number({ default: 0.1, minimum: 0, maximum: 5 }),
  }),
  readings({ options: { side, beyond }, fields }) {
    const values = Object.fromEntries(
      fields.map(({ name, physical: [low, high], decimals }) => {
        const value = side === 'high' ? high + beyond * (high - low) : low - beyond * (high - low);
        return [name, Number(value.toFixed(decimals))];
      }),
    );
    return { alter: (measurement) => [altered(measurement, 'rail', values)] };
  },
});
