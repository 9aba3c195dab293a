import { describe, expect, it } from 'vitest';
import { deviceHealth } from '../../registry/device-health.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Profile } from '../../sensors/profile.ts';

const kinds = await loadKinds();
const kind = kinds.get('aquaculture_pond');
if (kind === undefined) throw new Error('kind aquaculture_pond is missing');
const NOW = Date.parse('2026-07-20T05:40:00+08:00');

/** Complains of dissolved oxygen below a limit. */
const profile = (name: string, limit: number, ofKinds = ['aquaculture_pond']): Profile => ({
  ...{ name, version: 1, effective: '2026-01-01', label: { zh: name, en: name }, author: 'test', kinds: ofKinds },
  bands: [{ field: 'dissolved_oxygen', criticalBelow: limit, source: 'test' }],
});

const at = (given: Partial<Parameters<typeof deviceHealth>[0]> = {}) =>
  deviceHealth({
    ...{ device: {}, kind, site: { profile: 'strict' } },
    profiles: [profile('mild', 1), profile('strict', 6)],
    latest: { time: NOW, values: { dissolved_oxygen: 4 } },
    now: NOW,
    ...given,
  });

describe('the health of a device', () => {
  it('is judged by the profile that is in force at its site now', () => {
    expect(at()).toMatchObject({ state: 'critical', profile: { name: 'strict' } });
    expect(at({ site: { profile: 'mild' } })).toMatchObject({ state: 'good', profile: { name: 'mild' } });
    const stages = [{ from: '2026-07-01', profile: 'strict' }];
    expect(at({ site: { profile: 'mild', stages } }).state).toBe('critical');
    expect(at({ site: { profile: 'mild', stages: [{ from: '2026-08-01', profile: 'strict' }] } }).state).toBe('good');
  });

  it('is judged by no profile where the site is unknown, or the profile is not made for its kind', () => {
    expect(at({ site: undefined })).not.toHaveProperty('profile');
    expect(at({ profiles: [profile('strict', 6, ['paddy_water'])] })).not.toHaveProperty('profile');
    expect(at({ profiles: [] }).state).toBe('good');
  });

  it('expects the interval of the device before that of its kind', () => {
    const latest = { time: NOW - 4 * kind.intervalMs, values: { dissolved_oxygen: 9 } };
    expect(at({ latest })).toMatchObject({ state: 'unknown', intervalMs: kind.intervalMs });
    const device = { intervalMs: 10 * kind.intervalMs };
    expect(at({ latest, device })).toMatchObject({ state: 'good', intervalMs: device.intervalMs });
  });

  it('of one that never sent is unknown', () => {
    expect(at({ latest: undefined })).toMatchObject({ state: 'unknown', reasons: [{ code: 'no_data' }] });
  });
});
