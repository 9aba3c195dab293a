import type { DerivedSeries } from '../derived-series.ts';
import { lines } from '../stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../vector.ts';

const FIELD = 'air_temperature';
const GAS_CONSTANT = 8.3144e-3;
const ZERO_CELSIUS = 273.15;
const window = { from: T0, to: T0 + 24 * HOUR, intervalMs: MINUTE };

/** The one temperature that would have aged the goods as much: warm hours weigh more than in a mean. */
export const meanKineticTemperature: DerivedSeries = {
  name: 'mean_kinetic_temperature',
  label: { zh: '平均动力学温度', en: 'mean kinetic temperature' },
  unit: 'Cel',
  symbol: '°C',
  decimals: 2,
  version: 1,
  kinds: ['cold_chain'],
  inputs: [FIELD],
  alternatives: ['product_temperature'],
  windows: ['whole', 'day', 'week', 'month'],
  parameters: {
    activation: { label: { zh: '活化能', en: 'activation energy' }, unit: 'kJ/mol', default: 83.144, range: [40, 150] },
  },
  formula: 'MKT = (ΔH/R) / −ln(∫ e^(−ΔH/(R·T)) dt / known time), T in K',
  source: 'Haynes 1971; ΔH 83.144 kJ/mol, so that ΔH/R = 10,000 K; for chilled and live goods, not for frozen ones',
  start({ field, parameters: { activation = 83.144 }, intervalMs }) {
    const ratio = activation / GAS_CONSTANT;
    const rate = (celsius: number) => Math.exp(-ratio / (celsius + ZERO_CELSIUS));
    return (stretch) => {
      let [sum, knownMs] = [0, 0];
      for (const { from, to, first, last } of lines(stretch, field, intervalMs)) {
        sum += ((rate(first) + rate(last)) / 2) * (to - from);
        knownMs += to - from;
      }
      if (knownMs === 0) return { knownMs };
      return { value: ratio / -Math.log(sum / knownMs) - ZERO_CELSIUS, knownMs };
    };
  },
  vectors: [
    {
      about: '23 h at 3 °C and 1 h at 15 °C: 4.05 °C, though the mean is 3.50',
      ...{ ...window, samples: curve(FIELD, 1440, 1, (minute) => (minute < 1380 ? 3 : 15)), is: 4.05, within: 0.01 },
    },
    { about: 'always 4 °C', ...window, samples: curve(FIELD, 1440, 1, () => 4), is: 4, within: 1e-9 },
  ],
};
