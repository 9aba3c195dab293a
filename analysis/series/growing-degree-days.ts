import type { DerivedSeries } from '../derived-series.ts';
import { greatest, least, lengthOf, lines } from '../stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../vector.ts';

const FIELD = 'air_temperature';
/** A day between two temperatures, the lower one at the beginning. */
const day = (low: number, high: number) =>
  curve(FIELD, 1440, 10, (minute) => low + ((high - low) * (1 - Math.cos((2 * Math.PI * minute) / 1440))) / 2);
const window = { from: T0, to: T0 + 24 * HOUR, intervalMs: 10 * MINUTE };

/** Growing degree days of rice. */
export const growingDegreeDays: DerivedSeries = {
  name: 'growing_degree_days',
  label: { zh: '有效积温', en: 'growing degree days' },
  unit: 'Cel.d',
  symbol: '°C·d',
  decimals: 1,
  version: 1,
  kinds: ['weather_station', 'orchard'],
  inputs: [FIELD],
  windows: ['day'],
  isSummed: true,
  parameters: {
    base: { label: { zh: '下限温度', en: 'base temperature' }, unit: '°C', default: 10, range: [-5, 25] },
    upper: { label: { zh: '上限温度', en: 'upper temperature' }, unit: '°C', default: 35, range: [20, 50] },
  },
  formula: 'GDD = max(0, (min(Tmax, upper) + max(Tmin, base)) / 2 − base), Tmax and Tmin of the day',
  source:
    'McMaster & Wilhelm 1997, method 2, with an upper temperature; base 10 °C for japonica and mid rice, 12 °C for indica',
  start({ field, parameters: { base = 10, upper = 35 }, intervalMs }) {
    return (stretch) => {
      const [low, high] = [least(stretch, field), greatest(stretch, field)];
      const knownMs = lengthOf(lines(stretch, field, intervalMs));
      if (low === undefined || high === undefined) return { knownMs };
      const mean = (Math.min(high.value, upper) + Math.max(low.value, base)) / 2;
      return { value: Math.max(0, mean - base), knownMs };
    };
  },
  vectors: [
    { about: '20 to 30 °C: 15 above 10', ...window, samples: day(20, 30), is: 15, within: 1e-9 },
    { about: '20 to 40 °C: what is above 35 does not count', ...window, samples: day(20, 40), is: 17.5, within: 1e-9 },
    { about: '5 to 20 °C: the night does not take away', ...window, samples: day(5, 20), is: 5, within: 1e-9 },
    { about: '2 to 8 °C: nothing', ...window, samples: day(2, 8), is: 0, within: 1e-9 },
    { about: 'indica, base 12', ...window, parameters: { base: 12 }, samples: day(20, 30), is: 13, within: 1e-9 },
    { about: 'nothing measured: unknown, not nought', ...window, samples: [], is: undefined, within: 0 },
  ],
};
