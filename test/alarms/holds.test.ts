/** The holds of docs/alarms.md, on recorded series: how many alarms each leaves. */
import { describe, expect, it } from 'vitest';
import { alarmsOf } from '../../alarms/what-if.ts';
import type { Profile } from '../../sensors/profile.ts';
import { measurements } from '../measurements.ts';
import { kinds, MINUTE } from './log.ts';

const label = { zh: '', en: '' };
const place = { park: 'park', site: 'pond', device: 'probe', kind: 'aquaculture_pond' };

/** Local time is taken for Beijing's: only distances count. */
const readings = measurements('pond_lake_mendota_1min.csv').flatMap((row) => {
  const time = Date.parse(`${row.time_local?.replace(' ', 'T')}+08:00`);
  const value = Number(row.dissolved_oxygen || Number.NaN);
  return Number.isNaN(value) ? [] : [{ ...place, time, receivedAt: time, values: { dissolved_oxygen: value } }];
});

/** The limit has a tenth of the values below it; without a dead band, which would hide the difference. */
async function alarmsWith(hold: number, clearMinutes: number) {
  const sorted = readings.map(({ values }) => values.dissolved_oxygen).sort((one, other) => one - other);
  const profile: Profile = {
    ...{ name: 'trial', label, version: 1, effective: '2026-01-01', author: 'the tests', kinds: [place.kind] },
    bands: [
      {
        ...{ field: 'dissolved_oxygen', warnBelow: sorted[Math.floor(sorted.length / 10)] ?? 0, deadBand: 0 },
        ...{ holdMinutes: { warning: hold, critical: hold }, clearMinutes, source: 'the tests' },
      },
    ],
  };
  const devices = [
    { park: place.park, site: place.site, id: place.device, kind: place.kind, label, intervalMs: MINUTE },
  ];
  const alarms = await alarmsOf({
    kinds,
    profile,
    sites: [{ park: place.park, id: place.site, label }],
    devices,
    readings,
  });
  return alarms.filter(({ rule }) => rule === 'dissolved_oxygen_low').length;
}

describe('a week of a lake, minute by minute', () => {
  it('has 3 oxygen alarms instead of 24 with a hold of ten minutes and fifteen to clear; more to clear changes nothing', async () => {
    expect([await alarmsWith(0, 0), await alarmsWith(0, 15)]).toEqual([24, 4]);
    expect([await alarmsWith(10, 0), await alarmsWith(10, 15), await alarmsWith(10, 30)]).toEqual([4, 3, 3]);
  });
});
