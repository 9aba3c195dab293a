import { describe, expect, it } from 'vitest';
import { alarmsOf, compare, summaryOf } from '../../alarms/what-if.ts';
import { seeds } from '../../seeds/seeds.ts';
import type { Profile } from '../../sensors/profile.ts';
import { kinds, MINUTE, START } from './log.ts';

const label = { zh: '塘', en: 'pond' };
const place = { park: 'park', site: 'pond', device: 'probe', kind: 'aquaculture_pond' };

function judge(profile: Profile) {
  const readings = [6, 4.2, 3.8, 3.7, 3.6, 3.4, 3.3, 6, 6, 6, 6, 6].map((value, index) => {
    const time = START + index * 5 * MINUTE;
    return { ...place, time, receivedAt: time, values: { dissolved_oxygen: value } };
  });
  const devices = [{ park: 'park', site: 'pond', id: 'probe', kind: 'aquaculture_pond', label }];
  return alarmsOf({ kinds, profile, sites: [{ park: 'park', id: 'pond', label }], devices, readings });
}

describe('other thresholds over stored readings', () => {
  const crab = seeds.profiles.find(({ name }) => name === 'crab_pond') as Profile;
  const stricter: Profile = {
    ...crab,
    bands: crab.bands.map((band) =>
      band.field === 'dissolved_oxygen' ? { ...band, criticalBelow: 3.5, warnBelow: 4.5 } : band,
    ),
  };
  const looser: Profile = {
    ...crab,
    bands: crab.bands.map((band) =>
      band.field === 'dissolved_oxygen' ? { ...band, criticalBelow: 2, warnBelow: 3 } : band,
    ),
  };

  it('tell how many there would have been, how bad, and how much earlier', async () => {
    const [before, after] = [await judge(crab), await judge(stricter)];
    expect(summaryOf(before)).toEqual({ opened: 1, critical: 0, atNight: 0, minutes: 40 });
    expect(summaryOf(after)).toMatchObject({ opened: 1, critical: 1 });
    const { fresh, gone, matched } = compare(before, after);
    expect([fresh, gone]).toEqual([[], []]);
    expect(matched[0]?.earlierMs).toBe(5 * MINUTE);
  });

  it('tell what would not have been', async () => {
    const { gone, matched } = compare(await judge(crab), await judge(looser));
    expect(gone).toHaveLength(1);
    expect(matched).toEqual([]);
  });
});
