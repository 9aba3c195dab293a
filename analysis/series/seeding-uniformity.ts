import type { DerivedSeries } from '../derived-series.ts';
import { coverageOf } from '../seeding/coverage.ts';
import { FLIGHT_FIELDS, sampleOf } from '../seeding/flight.ts';
import { HOUR, T0 } from '../vector.ts';

const METRE = 1 / 111_320;
/** Lines of 60 m, 6 m apart, flown east at 5 m/s; each with its own rate. */
const field = (rates: readonly number[]) =>
  rates.flatMap((rate, line) =>
    Array.from({ length: 61 }, (_, step) => ({
      time: T0 + (line * 100 + step) * 1000,
      values: {
        spreading: 1,
        latitude: 31.08 + line * 6 * METRE,
        longitude: 107.88 + (step * METRE) / Math.cos((31.08 * Math.PI) / 180),
        ...{ seeding_rate: rate, swath_width: 6 },
      },
    })),
  );
const window = { from: T0, to: T0 + HOUR, intervalMs: 1000 };

/** Evenness of a seeding mission. A published trial of a spreading drone found 19-39 %. */
export const seedingUniformity: DerivedSeries = {
  name: 'seeding_uniformity',
  label: { zh: '播种变异系数', en: 'coefficient of variation of seeding' },
  unit: '%',
  symbol: '%',
  decimals: 1,
  version: 1,
  kinds: ['drone_seeding'],
  inputs: ['spreading', ...FLIGHT_FIELDS.filter((name) => name !== 'spreading')],
  windows: ['mission', 'whole'],
  parameters: {},
  formula: 'CV = 100 · σ / μ of kg/ha over squares of 2 m; where it was flown, a swath from the edge left out',
  source: 'the swaths of the track laid on a grid with the rate that the spreader reports; the sums of the mission map',
  start({ boundary }) {
    return ({ inside, from, to }) => {
      const samples = inside.flatMap((each) => sampleOf(each.time, each.values) ?? []);
      const variation = coverageOf(samples, boundary)?.variation;
      return { value: variation === undefined ? undefined : 100 * variation, knownMs: to - from };
    };
  },
  vectors: [
    { about: 'lines at one rate', ...window, samples: field([40, 40, 40, 40, 40, 40]), is: 0, within: 2 },
    {
      about: 'lines at 30 and 50 kg/ha in turn: 25 %',
      ...{ ...window, samples: field([30, 50, 30, 50, 30, 50, 30, 50, 30, 50, 30, 50]), is: 25, within: 3 },
    },
    { about: 'nothing spread', ...window, samples: [], is: undefined, within: 0 },
  ],
};
