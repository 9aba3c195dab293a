import type { DerivedSeries } from '../derived-series.ts';
import { least, lengthOf, lines } from '../stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../vector.ts';

const FIELD = 'dissolved_oxygen';
/** Falls from 9 mg/L at noon to 3 mg/L at 05:30, and rises again. */
const night = curve(FIELD, 1440, 5, (minute) => 9 - 6 * Math.max(0, 1 - Math.abs(minute - 1050) / 1050)).map(
  ({ time, values }) => ({ time: time + 12 * HOUR, values }),
);

/** The lowest oxygen of a night: from noon to noon, so that a night is counted once and whole. */
export const oxygenDawnMinimum: DerivedSeries = {
  name: 'oxygen_dawn_minimum',
  label: { zh: '黎明最低溶解氧', en: 'dawn minimum of oxygen' },
  unit: 'mg/L',
  symbol: 'mg/L',
  decimals: 2,
  version: 1,
  kinds: ['aquaculture_pond', 'paddy_water'],
  inputs: [FIELD],
  windows: ['noon', 'night', 'sun_night'],
  parameters: {},
  formula: 'min DO(t), t from noon to the next noon',
  source: 'pond practice: the oxygen of a pond is lowest at dawn, after a night of respiration (Boyd 1998)',
  start({ field, intervalMs }) {
    return (stretch) => {
      const lowest = least(stretch, field);
      return { value: lowest?.value, at: lowest?.time, knownMs: lengthOf(lines(stretch, field, intervalMs)) };
    };
  },
  vectors: [
    {
      about: 'a night that falls to 3 mg/L at 05:30',
      ...{ from: T0 + 12 * HOUR, to: T0 + 36 * HOUR, intervalMs: 5 * MINUTE },
      ...{ samples: night, is: 3, within: 1e-9 },
    },
    {
      about: 'nothing measured',
      ...{ from: T0 + 12 * HOUR, to: T0 + 36 * HOUR, intervalMs: 5 * MINUTE },
      ...{ samples: [], is: undefined, within: 0 },
    },
  ],
};
