import type { DerivedSeries } from '../derived-series.ts';
import { greatest, least, lengthOf, lines } from '../stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../vector.ts';

const FIELD = 'dissolved_oxygen';
const window = { from: T0 + 12 * HOUR, to: T0 + 36 * HOUR, intervalMs: 5 * MINUTE };
const from = (valueAt: (minute: number) => number) =>
  curve(FIELD, 1440, 5, valueAt).map(({ time, values }) => ({ time: time + 12 * HOUR, values }));

/** How fast oxygen comes back after dawn: slow where a bloom has died, however low the minimum was. */
export const oxygenRecovery: DerivedSeries = {
  name: 'oxygen_recovery',
  label: { zh: '清晨溶解氧回升', en: 'recovery of oxygen after dawn' },
  unit: 'mg/(L.h)',
  symbol: 'mg/L·h',
  decimals: 2,
  version: 1,
  kinds: ['aquaculture_pond', 'paddy_water'],
  inputs: [FIELD],
  windows: ['noon'],
  parameters: {},
  formula: '(DOmax − DOmin) / (tmax − tmin), DOmin the least from noon to noon, DOmax the greatest after it until noon',
  source: 'ours: the mean rise from the dawn minimum to the highest value before noon',
  start({ field, intervalMs }) {
    return (stretch) => {
      const knownMs = lengthOf(lines(stretch, field, intervalMs));
      const lowest = least(stretch, field);
      if (lowest === undefined) return { knownMs };
      const after = stretch.inside.filter(({ time }) => time > lowest.time);
      const highest = greatest({ inside: after }, field);
      if (highest === undefined) return { knownMs };
      return { value: (highest.value - lowest.value) / ((highest.time - lowest.time) / HOUR), knownMs };
    };
  },
  vectors: [
    {
      about: '3 mg/L at 06:00, 9 mg/L at noon: 1 mg/L an hour',
      ...window,
      samples: from((minute) => (minute < 1080 ? 9 - minute / 180 : 3 + (minute - 1080) / 60)).slice(0, -1),
      ...{ is: 1, within: 1e-9 },
    },
    {
      about: 'it falls until noon: nothing comes back, unknown',
      ...window,
      samples: from((minute) => 9 - minute / 360).slice(0, -1),
      ...{ is: undefined, within: 0 },
    },
  ],
};
