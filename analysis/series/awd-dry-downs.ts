import type { DerivedSeries } from '../derived-series.ts';
import { lengthOf, lines } from '../stretch.ts';
import { curve, HOUR, MINUTE, T0 } from '../vector.ts';

const FIELD = 'water_level';
const DAY = 24 * HOUR;
/** Falls from 30 mm by 30 mm a day, and is flooded again as soon as it has fallen to the depth. */
const cycles = (depth: number, days: number) =>
  curve(FIELD, days * 1440, 30, (minute) => 30 - (((minute / 1440) * 30) % (30 - depth)));
const weeks = (count: number) => ({ from: T0, to: T0 + count * 7 * DAY, intervalMs: 30 * MINUTE });

/** Alternate wetting and drying: how often the field was really let dry. */
export const awdDryDowns: DerivedSeries = {
  name: 'awd_dry_downs',
  label: { zh: '干湿交替落干次数', en: 'dry-downs of AWD' },
  unit: '1',
  symbol: '',
  decimals: 0,
  version: 1,
  kinds: ['paddy_water'],
  inputs: [FIELD],
  windows: ['month', 'season', 'whole', 'week'],
  isSummed: true,
  // A dry-down that began before the window is known to have begun.
  lookbackMs: 30 * DAY,
  parameters: {
    threshold: {
      label: { zh: '落干水位', en: 'level that counts as dry' },
      unit: 'mm',
      default: -150,
      range: [-500, 0],
    },
    flooded: {
      label: { zh: '复水水位', en: 'level that counts as flooded' },
      unit: 'mm',
      default: 0,
      range: [-50, 200],
    },
  },
  formula: 'count of falls of the level to the threshold; the next one counts after the field was flooded again',
  source: 'safe AWD: −15 cm in the field tube (Lampayan et al. 2015); the soil surface is 0',
  start({ field, parameters: { threshold = -150, flooded = 0 }, intervalMs }) {
    let isArmed = false;
    return (stretch) => {
      let count = 0;
      for (const { values } of stretch.inside) {
        const level = values[field];
        if (level === undefined) continue;
        if (level > flooded) isArmed = true;
        if (level <= threshold && isArmed) {
          count += 1;
          isArmed = false;
        }
      }
      const knownMs = lengthOf(lines(stretch, field, intervalMs));
      return stretch.inside.length === 0 ? { knownMs } : { value: count, knownMs };
    };
  },
  vectors: [
    { about: 'four falls to −170 mm in four weeks', ...weeks(4), samples: cycles(-170, 28), is: 4, within: 0 },
    { about: 'falls to −100 mm only', ...weeks(4), samples: cycles(-100, 28), is: 0, within: 0 },
    {
      about: 'dry all the time: it did not dry in this window',
      ...{ ...weeks(1), samples: curve(FIELD, 7 * 1440, 30, () => -180), is: 0, within: 0 },
    },
    {
      about: 'it swings about the threshold without being flooded: one',
      ...weeks(1),
      samples: curve(FIELD, 7 * 1440, 30, (minute) => (minute < 1440 ? 20 : -150 + 10 * Math.sin(minute / 100))),
      ...{ is: 1, within: 0 },
    },
  ],
};
