import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../alarms/alarm.ts';
import { alarmsOf, compare, summaryOf } from '../../alarms/what-if.ts';
import type { WhatIfAnswer } from '../../api/routes/alarm-what-if.ts';
import { seeds } from '../../seeds/seeds.ts';
import type { Profile } from '../../sensors/profile.ts';
import { eventually } from '../eventually.ts';
import { runPlatform } from '../running-platform.ts';
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

describe('asked over the API', () => {
  it('is compared with the limits in force and with what really opened, for one site', async () => {
    const { addDevice, connect, post, get } = await runPlatform();
    const credentials = await addDevice('probe', 'aquaculture_pond', { site: 'trial-pond', siteType: 'pond' });
    const device = await connect(credentials);
    // Two shallow lows an hour apart, the last reading five minutes ago.
    const oxygen = [6, 4.2, 3.8, 3.7, 3.6, 3.4, 3.3, 6, 6, 6, 6, 6, 6, 6, 6, 6, 3.8, 3.6, 3.8, 6, 6, 6, 6, 6];
    const now = Date.now();
    const readings = oxygen.map((value, index) => ({
      time: now - (oxygen.length - index) * 5 * MINUTE,
      dissolved_oxygen: value,
    }));
    await device.publishAsync(credentials.topics.telemetry, JSON.stringify(readings), { qos: 1 });
    const list = async () =>
      (await get<{ alarms: Alarm[] }>('/api/v1/alarms?site=trial-pond')).alarms.filter(({ profile }) => profile);
    await eventually(list, (found) => found.length === 2);
    const { profiles } = await get<{ profiles: Profile[] }>('/api/v1/parks');
    const { version: _, effective: __, ...crab } = profiles.find(({ name }) => name === 'crab_pond') as Profile;
    const asked = (bands: Profile['bands']) =>
      eventually(
        () =>
          post<WhatIfAnswer>('/api/v1/alarms/what-if', {
            ...{ park: 'daoyu', site: 'trial-pond', from: '-3h', profile: { ...crab, bands } },
          }),
        (answer) => answer.readings === oxygen.length,
      );
    const changed = (change: object) =>
      crab.bands.map((band) => (band.field === 'dissolved_oxygen' ? { ...band, ...change } : band));

    const same = await asked(crab.bands);
    expect(same).toMatchObject({ devices: 1, proposed: same.inForce, differences: [] });
    expect(same.inForce).toMatchObject({ opened: 2, critical: 0 });
    // The alarm of the first low was history when it came: it is recorded all the same.
    expect(same.againstReal).toMatchObject({ same: 2, added: 0, dropped: 0 });

    const looser = await asked(changed({ criticalBelow: 2, warnBelow: 3.5 }));
    expect([looser.proposed.opened, looser.real.opened]).toEqual([0, 2]);
    expect(looser.differences.map(({ is }) => is)).toEqual(['dropped', 'dropped']);

    const longer = await asked(changed({ holdMinutes: { warning: 20, critical: 20 } }));
    expect(longer.againstInForce).toEqual({
      same: 1,
      added: 0,
      dropped: 1,
      earlier: 0,
      later: 1,
      medianMinutesEarlier: -10,
    });
    expect(longer.differences.map(({ is, minutesEarlier }) => [is, minutesEarlier])).toEqual([
      ['dropped', undefined],
      ['moved', -10],
    ]);
  });

  it('refuses a profile that could not be', async () => {
    const { addDevice, post } = await runPlatform();
    await addDevice('probe', 'aquaculture_pond', { site: 'trial-pond', siteType: 'pond' });
    const crab = seeds.profiles.find(({ name }) => name === 'crab_pond') as Profile;
    const { label: title, author, kinds: fits, name } = crab;
    const bands = [{ field: 'oxygen', warnBelow: 4, source: 'x' }];
    const profile = { name, label: title, author, kinds: fits, bands };
    await expect(post('/api/v1/alarms/what-if', { park: 'daoyu', site: 'trial-pond', profile })).rejects.toThrow(
      /no such field/,
    );
  });
});
