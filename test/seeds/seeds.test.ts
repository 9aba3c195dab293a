/** What a fresh install begins with fits together: every name it uses exists. */
import { beforeAll, describe, expect, it } from 'vitest';
import { SLUG } from '../../base/topics.ts';
import { validateMapping } from '../../registry/validate-mapping.ts';
import { seeds } from '../../seeds/seeds.ts';
import type { Kind } from '../../sensors/kind.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { Profile } from '../../sensors/profile.ts';

const { parks, sites, devices, profiles } = seeds;
let kinds: ReadonlyMap<string, Kind>;
beforeAll(async () => {
  kinds = await loadKinds();
});

const siteOf = ({ park, site }: { park: string; site: string }) =>
  sites.find((each) => each.park === park && each.id === site);

describe('parks and sites', () => {
  it('are the three parks of the county', () => {
    expect(parks.map(({ id }) => id)).toEqual(['daoyu', 'guoshu', 'guolin']);
  });

  it('name their towns in both languages', () => {
    expect(parks[0]?.towns.map(({ zh }) => zh)).toEqual(['甘棠', '任市', '广福', '长岭']);
    for (const { towns } of parks) for (const { zh, en } of towns) expect(zh && en).toBeTruthy();
  });

  it('lie in or near Kaijiang, in a park that exists, under a profile that exists', () => {
    for (const { id, park, latitude = 0, longitude = 0, profile } of sites) {
      expect(latitude >= 30.7 && latitude <= 31.3 && longitude >= 107.7 && longitude <= 108.1, id).toBe(true);
      expect(
        parks.some((each) => each.id === park),
        id,
      ).toBe(true);
      expect(
        profiles.some(({ name }) => name === profile),
        id,
      ).toBe(true);
    }
  });

  it('have ids that topics allow, each once', () => {
    const ids = [
      ...sites.map(({ park, id }) => `${park}/${id}`),
      ...devices.map((each) => `${each.park}:${each.device}`),
    ];
    for (const id of ids)
      expect(
        id.split(/[/:]/).every((part) => SLUG.test(part)),
        id,
      ).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('demo devices', () => {
  it('are about two dozen, of every kind', () => {
    expect(devices.length).toBeGreaterThanOrEqual(20);
    expect(devices.length).toBeLessThanOrEqual(30);
    expect(new Set(devices.map(({ kind }) => kind))).toEqual(new Set(kinds.keys()));
  });

  it('stand on sites that exist, whose profile is made for their kind', () => {
    for (const device of devices) {
      const profile = profiles.find(({ name }) => name === siteOf(device)?.profile);
      expect(profile?.kinds, device.device).toContain(device.kind);
    }
  });

  it('leave no site empty, and share one', () => {
    const counts = sites.map((site) => devices.filter((each) => siteOf(each) === site).length);
    expect(Math.min(...counts)).toBe(1);
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(2);
  });

  it('have mappings the registry takes: scaled registers, Alink and ThingsBoard among them', () => {
    const mappings = devices.flatMap(({ kind, mapping }) => (mapping === undefined ? [] : [{ kind, mapping }]));
    for (const { kind, mapping } of mappings) {
      const definition = kinds.get(kind);
      expect(definition).toBeDefined();
      if (definition !== undefined) validateMapping(mapping, definition);
    }
    expect(mappings.map(({ mapping }) => mapping.envelope)).toEqual(expect.arrayContaining(['alink', 'thingsboard']));
    expect(mappings.some(({ mapping }) => JSON.stringify(mapping).includes('"scale":0.01'))).toBe(true);
  });

  it('report at least every minute, so that a newcomer sees the page move', () => {
    for (const { intervalMs = 0, device, kind } of devices)
      expect(
        kind === 'drone_seeding' ? intervalMs === 1000 : intervalMs >= 10_000 && intervalMs <= 60_000,
        device,
      ).toBe(true);
  });
});

describe('profiles', () => {
  const profileNamed = (name: string): Profile | undefined => profiles.find((each) => each.name === name);
  const bandOf = (profile: string, field: string) => profileNamed(profile)?.bands.find((band) => band.field === field);

  it('have names of their own, and bands of fields their kinds have', () => {
    expect(new Set(profiles.map(({ name }) => name)).size).toBe(profiles.length);
    for (const { name, kinds: own, bands } of profiles) {
      for (const { field, onlyWhile = field, source } of bands) {
        for (const kind of own) {
          const names = kinds.get(kind)?.fields.map((each) => each.name);
          expect(names, name).toEqual(expect.arrayContaining([field, onlyWhile]));
        }
        expect(source, `${name}.${field}`).not.toBe('');
      }
    }
  });

  it('never call critical what is not yet a warning, nor bad what is on target', () => {
    for (const { name, bands } of profiles) {
      for (const { field, target, warnBelow, warnAbove, criticalBelow, criticalAbove } of bands) {
        const rising = [criticalBelow, warnBelow, target?.[0], target?.[1], warnAbove, criticalAbove].filter(
          (limit) => limit !== undefined,
        );
        expect(rising, `${name}.${field}`).toEqual(rising.toSorted((one, other) => one - other));
      }
    }
  });

  it('let live crab be too cold, and frozen fish not', () => {
    expect(bandOf('live_crab', 'air_temperature')).toMatchObject({ warnBelow: 4, criticalBelow: 2 });
    expect(bandOf('frozen_fish', 'air_temperature')).not.toHaveProperty('warnBelow');
  });

  it('ask more oxygen for seedlings than for crab, and least in a rice field', () => {
    const limits = ['seedling', 'crab_pond', 'crayfish_pond', 'rice_field'].map(
      (name) => bandOf(name, 'dissolved_oxygen')?.criticalBelow,
    );
    expect(limits).toEqual([4, 3, 2.5, 1.5]);
  });

  it('let a paddy under alternate wetting and drying fall to -150 mm, one at heading never dry', () => {
    expect(bandOf('paddy_awd', 'water_level')?.warnBelow).toBe(-150);
    expect(bandOf('paddy_heading', 'water_level')?.criticalBelow).toBe(0);
  });
});
