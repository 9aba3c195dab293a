import type { DerivedSeries } from '../derived-series.ts';
import { lines } from '../stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../vector.ts';

const FIELD = 'air_temperature';
const window = { from: T0, to: T0 + 24 * HOUR, intervalMs: 10 * MINUTE };

/** Active temperature: daily means of 10 °C and more. Two crops of rice a year need 5,000 °C·d. */
export const activeTemperatureSum: DerivedSeries = {
  name: 'active_temperature_sum',
  label: { zh: '活动积温', en: 'active temperature sum' },
  unit: 'Cel.d',
  symbol: '°C·d',
  decimals: 1,
  version: 1,
  kinds: ['weather_station', 'orchard'],
  inputs: [FIELD],
  windows: ['day'],
  isSummed: true,
  parameters: {
    base: { label: { zh: '界限温度', en: 'least daily mean' }, unit: '°C', default: 10, range: [-5, 25] },
  },
  formula: 'A = Tmean if Tmean ≥ base, else 0; Tmean = ∫T dt / known time of the day',
  source: 'agro-climatic practice in China (≥10 °C 活动积温)',
  start({ field, parameters: { base = 10 }, intervalMs }) {
    return (stretch) => {
      let [area, knownMs] = [0, 0];
      for (const { from, to, first, last } of lines(stretch, field, intervalMs)) {
        area += ((first + last) / 2) * (to - from);
        knownMs += to - from;
      }
      if (knownMs === 0) return { knownMs };
      const mean = area / knownMs;
      return { value: mean >= base ? mean : 0, knownMs };
    };
  },
  vectors: [
    { about: 'a mean of 22', ...window, samples: curve(FIELD, 1440, 10, () => 22), is: 22, within: 1e-9 },
    { about: 'a mean of 9.9', ...window, samples: curve(FIELD, 1440, 10, () => 9.9), is: 0, within: 1e-9 },
    {
      about: 'a straight rise from 0 to 24',
      ...window,
      samples: curve(FIELD, 1440, 10, (m) => m / 60),
      is: 12,
      within: 1e-9,
    },
  ],
};
