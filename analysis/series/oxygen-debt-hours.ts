import type { DerivedSeries } from '../derived-series.ts';
import { below, lengthOf, lines } from '../stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../vector.ts';

const FIELD = 'dissolved_oxygen';
const window = { from: T0, to: T0 + 24 * HOUR, intervalMs: 10 * MINUTE };
/** 4 mg/L but for a fall to 2 from 03:00 to 05:00 and a rise to 07:00. */
const dip = curve(FIELD, 1440, 10, (minute) => 4 - 2 * Math.max(0, 1 - Math.abs(minute - 300) / 120));

/** Hours below a limit: what animals suffered, which a minimum does not tell. */
export const oxygenDebtHours: DerivedSeries = {
  name: 'oxygen_debt_hours',
  label: { zh: '缺氧时长', en: 'oxygen debt hours' },
  unit: 'h',
  symbol: 'h',
  decimals: 1,
  version: 1,
  kinds: ['aquaculture_pond', 'paddy_water'],
  inputs: [FIELD],
  windows: ['noon', 'night', 'sun_night', 'day', 'week', 'month', 'season'],
  isSummed: true,
  parameters: {
    limit: {
      label: { zh: '限值', en: 'limit' },
      unit: 'mg/L',
      ...{ fromProfile: 'warnBelow', range: [0, 20] },
    },
  },
  formula:
    '∫ [DO(t) < limit] dt; straight lines between values two and a half intervals apart at most, longer gaps are unknown',
  source: 'hours below a limit; the limit is the warning limit of the profile in force when the window begins',
  start({ field, parameters, intervalMs, limitsAt }) {
    return (stretch) => {
      const inForce = parameters.limit === undefined ? limitsAt(stretch.from) : undefined;
      const limit = parameters.limit ?? inForce?.limits.warnBelow;
      const segments = [...lines(stretch, field, intervalMs)];
      const knownMs = lengthOf(segments);
      if (limit === undefined || knownMs === 0) return { knownMs };
      return { value: below(segments, limit).ms / HOUR, knownMs, limit, profile: inForce?.profile };
    };
  },
  vectors: [
    { about: 'below 3 from 04:00 to 06:00', ...window, parameters: { limit: 3 }, samples: dip, is: 2, within: 1e-9 },
    {
      about: 'below 2.5 from 04:30 to 05:30',
      ...window,
      parameters: { limit: 2.5 },
      samples: dip,
      is: 1,
      within: 1e-9,
    },
    { about: 'the limit of the profile', ...window, limits: { warnBelow: 3 }, samples: dip, is: 2, within: 1e-9 },
    { about: 'no limit at all: unknown', ...window, samples: dip, is: undefined, within: 0 },
    {
      about: 'silent from 04:00 to 06:00: not counted as below, nor as above',
      ...window,
      parameters: { limit: 3 },
      samples: dip.filter(({ time }) => time <= T0 + 4 * HOUR || time >= T0 + 6 * HOUR),
      ...{ is: 0, within: 1e-9 },
    },
  ],
};
