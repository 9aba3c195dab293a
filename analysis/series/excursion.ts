/** Time and degree-minutes outside the band that the profile in force allows; a limit that is asked for takes its place. */
import type { DerivedSeries, Outcome, Question } from '../derived-series.ts';
import { above, below, lengthOf, lines, type Stretch } from '../stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../vector.ts';

const FIELD = 'air_temperature';
const window = { from: T0, to: T0 + 6 * HOUR, intervalMs: 5 * MINUTE };
/** 2 °C, but for a triangle from 01:00 over 8 °C at 02:00 to 03:00. */
const warm = curve(FIELD, 360, 5, (minute) => 2 + 6 * Math.max(0, 1 - Math.abs(minute - 120) / 60));
const without = (fromHour: number, toHour: number) =>
  warm.filter(({ time }) => time <= T0 + fromHour * HOUR || time >= T0 + toHour * HOUR);

const shared = {
  ...{ decimals: 0, version: 1, kinds: ['cold_chain'], inputs: [FIELD], alternatives: ['product_temperature'] },
  windows: ['whole', 'day', 'week', 'month'],
  isSummed: true,
  parameters: {
    above: { label: { zh: '上限', en: 'upper limit' }, unit: '°C', fromProfile: 'warnAbove', range: [-80, 70] },
    below: { label: { zh: '下限', en: 'lower limit' }, unit: '°C', fromProfile: 'warnBelow', range: [-80, 70] },
  },
} as const;

export const excursionMinutes: DerivedSeries = {
  ...shared,
  name: 'excursion_minutes',
  label: { zh: '超温时长', en: 'minutes outside the limits' },
  unit: 'min',
  symbol: 'min',
  formula:
    '∫ [T > above or T < below] dt, crossings interpolated; gaps longer than two and a half intervals are unknown, never good',
  source: 'time outside the warning limits of the profile in force when the window begins',
  start: (question) => (stretch) => outside(stretch, question, ({ ms }) => ms / MINUTE),
  vectors: [
    { about: 'above 5 from 01:30 to 02:30', ...window, parameters: { above: 5 }, samples: warm, is: 60, within: 1e-9 },
    {
      about: 'by the profile',
      ...window,
      limits: { warnAbove: 5, warnBelow: -1 },
      samples: warm,
      is: 60,
      within: 1e-9,
    },
    { about: 'too cold counts as well', ...window, parameters: { below: 5 }, samples: warm, is: 300, within: 1e-9 },
    {
      about: 'silent while it was warm',
      ...window,
      parameters: { above: 5 },
      samples: without(1, 3),
      is: 0,
      within: 1e-9,
    },
    { about: 'no limits', ...window, samples: warm, is: undefined, within: 0 },
  ],
};

export const degreeMinutes: DerivedSeries = {
  ...shared,
  name: 'degree_minutes',
  label: { zh: '超温度分（℃·分）', en: 'degree-minutes outside the limits' },
  unit: 'Cel.min',
  symbol: '°C·min',
  formula:
    '∫ max(0, T − above, below − T) dt, crossings interpolated; gaps longer than two and a half intervals are unknown',
  source: 'excess over the warning limits of the profile in force when the window begins, times its duration',
  start: (question) => (stretch) => outside(stretch, question, ({ area }) => area / MINUTE),
  vectors: [
    {
      about: 'a triangle 3 K high, 60 min wide',
      ...window,
      parameters: { above: 5 },
      samples: warm,
      is: 90,
      within: 1e-9,
    },
    { about: 'never above', ...window, parameters: { above: 8 }, samples: warm, is: 0, within: 1e-9 },
  ],
};

function outside(
  stretch: Stretch,
  { field, parameters, intervalMs, limitsAt }: Question,
  amountOf: (beyond: { readonly ms: number; readonly area: number }) => number,
): Outcome {
  const isAsked = parameters.above !== undefined || parameters.below !== undefined;
  const inForce = isAsked ? undefined : limitsAt(stretch.from);
  const upper = isAsked ? parameters.above : inForce?.limits.warnAbove;
  const lower = isAsked ? parameters.below : inForce?.limits.warnBelow;
  const segments = [...lines(stretch, field, intervalMs)];
  const knownMs = lengthOf(segments);
  if ((upper === undefined && lower === undefined) || knownMs === 0) return { knownMs };
  const value =
    (upper === undefined ? 0 : amountOf(above(segments, upper))) +
    (lower === undefined ? 0 : amountOf(below(segments, lower)));
  return { value, knownMs, limit: upper ?? lower, profile: inForce?.profile };
}
