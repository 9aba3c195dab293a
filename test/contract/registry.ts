/** What the registry keeps on any shared state: changes of several processes at one time, and after a restart. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Kv } from '../../kv/kv.ts';
import { openRegistry } from '../../registry/open-registry.ts';
import type { SiteChange } from '../../registry/registry.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import { eventually } from '../eventually.ts';

const kinds = await loadKinds();
const PLACE = ['daoyu', 'gantang-paddy-1'] as const;
const stages = [
  { from: '2026-05-10', profile: 'paddy_recovery' },
  { from: '2026-05-20', profile: 'paddy_awd' },
];
const boundary = {
  type: 'Polygon',
  coordinates: [
    [
      [107.95, 31.02],
      [107.952, 31.02],
      [107.952, 31.022],
      [107.95, 31.02],
    ],
  ],
} as const;

/** `open` gives another process's view of the same state each time, where the state has several. */
export function describeRegistry(name: string, open: () => Promise<() => Promise<Kv>>): void {
  async function processes() {
    const next = await open();
    return async () => {
      const registry = await openRegistry({ kv: await next(), kinds, seeds });
      onTestFinished(() => registry.close());
      return registry;
    };
  }

  describe(`a site in the registry on ${name}`, () => {
    it('is changed where it says so, and nowhere else', async () => {
      const registry = await (await processes())();
      const before = registry.site(...PLACE);
      const changed = await registry.setSite(...PLACE, { stages, boundary });
      expect(changed).toEqual({ ...before, stages, boundary });
      expect(registry.site(...PLACE)).toEqual(changed);
      expect(await registry.setSite(...PLACE, { stages: null, boundary: null })).toEqual(before);
      expect(registry.sites('daoyu').find(({ id }) => id === PLACE[1])).toEqual(before);
    });

    it('is seen changed by another process, and by one that starts later, whose seeds leave it alone', async () => {
      const start = await processes();
      const [one, other] = [await start(), await start()];
      await one.setSite(...PLACE, { stages, label: { zh: '新名', en: 'New name' } });
      await eventually(
        async () => other.site(...PLACE),
        (site) => site?.stages?.length === 2 && site.label.zh === '新名',
      );
      expect((await start()).site(...PLACE)).toMatchObject({ stages, profile: 'paddy_awd' });
    });

    it('keeps what two processes change at the same time', async () => {
      const start = await processes();
      const changes: readonly SiteChange[] = [{ stages }, { boundary }, { latitude: 31.03, longitude: 107.96 }];
      const all = await Promise.all(changes.map(() => start()));
      await Promise.all(changes.map((change, index) => all[index]?.setSite(...PLACE, change)));
      const late = await start();
      expect(late.site(...PLACE)).toMatchObject({ stages, boundary, latitude: 31.03, longitude: 107.96 });
    });

    it('is left as it was by a change that is refused', async () => {
      const registry = await (await processes())();
      const before = registry.site(...PLACE);
      const set = (change: SiteChange, id: string = PLACE[1]) => registry.setSite(PLACE[0], id, change);
      await expect(set({ profile: 'lobster' })).rejects.toMatchObject({
        code: 'PROFILE_UNKNOWN',
        message: expect.stringMatching(/paddy_awd/),
      });
      await expect(set({ stages: [{ from: '2026-05-10', profile: 'lobster' }] })).rejects.toMatchObject({
        code: 'PROFILE_UNKNOWN',
      });
      await expect(set({ stages: [...stages].reverse() })).rejects.toMatchObject({
        code: 'SITE_INVALID',
        message: expect.stringMatching(/2026-05-10 must come after 2026-05-20/),
      });
      await expect(set({ latitude: null })).rejects.toMatchObject({
        code: 'SITE_INVALID',
        message: expect.stringMatching(/belong together/),
      });
      await expect(set({ stages }, 'nowhere')).rejects.toMatchObject({ code: 'SITE_UNKNOWN' });
      await registry.addDevice({ park: PLACE[0], site: PLACE[1], device: 'level', kind: 'paddy_water' }, 'hash');
      await expect(set({ profile: 'frozen_fish' })).rejects.toMatchObject({
        code: 'SITE_INVALID',
        message: expect.stringMatching(/frozen_fish is made for cold_chain, but the site has paddy_water/),
      });
      expect(registry.site(...PLACE)).toEqual(before);
    });
  });

  describe(`a profile in the registry on ${name}`, () => {
    const crab = seeds.profiles.find(({ name: each }) => each === 'crab_pond');
    if (crab === undefined) throw new Error('the seeds have no crab_pond');

    it('gets its next version, which another process sees and the seeds of a later start leave alone', async () => {
      const start = await processes();
      const [one, other] = [await start(), await start()];
      const bands = [{ field: 'dissolved_oxygen', target: [5.5, 9], warnBelow: 5, source: '开江标准' }] as const;
      const { effective: _, ...change } = { ...crab, bands, author: '开江县水产站' };
      const changed = await one.setProfile(change);
      expect(changed).toEqual({ ...change, version: 2, effective: expect.stringMatching(/^20\d\d-\d\d-\d\d$/) });
      const named = (each: typeof one) => each.profiles().find((profile) => profile.name === crab.name);
      await eventually(
        async () => named(other),
        (profile) => profile?.version === 2,
      );
      expect(named(await start())).toEqual(changed);
    });

    it('is changed by one of two who read the same version, and the other is told', async () => {
      const start = await processes();
      const both = [await start(), await start()];
      const outcomes = await Promise.allSettled(
        both.map((registry, index) => registry.setProfile({ ...crab, author: `expert ${index}` })),
      );
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const reason = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))[0];
      expect(reason).toMatchObject({ code: 'PROFILE_CHANGED' });
      await expect((await start()).setProfile({ ...crab, version: 0 })).rejects.toMatchObject({
        code: 'PROFILE_CHANGED',
        message: expect.stringMatching(/at version 2, but the change is based on version 0/),
      });
      await expect(both[0]?.setProfile({ ...crab, name: 'lobster' })).rejects.toMatchObject({
        code: 'PROFILE_CHANGED',
        message: expect.stringMatching(/send version 0 to create it/),
      });
    });

    it('that is new can be given to a site, and no longer be made for something else', async () => {
      const registry = await (await processes())();
      await registry.addDevice({ park: PLACE[0], site: PLACE[1], device: 'level', kind: 'paddy_water' }, 'hash');
      const kaijiang = {
        name: 'kaijiang_rice',
        version: 0,
        label: { zh: '开江标准', en: 'Kaijiang standard' },
        author: '开江县农业农村局',
        kinds: ['paddy_water'],
        bands: [{ field: 'water_level', warnBelow: -100, source: '开江标准' }],
      };
      expect(await registry.setProfile({ ...kaijiang, effective: '2026-03-01' })).toMatchObject({
        version: 1,
        effective: '2026-03-01',
      });
      await expect(registry.setProfile({ ...kaijiang, version: 1, effective: '2026-02-30' })).rejects.toMatchObject({
        code: 'PROFILE_INVALID',
        message: expect.stringContaining('effective "2026-02-30" must be a day'),
      });
      // Also where it is only one of the stages.
      const [first] = stages;
      await registry.setSite(...PLACE, {
        stages: [...(first ? [first] : []), { from: '2026-06-01', profile: 'kaijiang_rice' }],
      });
      const ponds = { ...kaijiang, version: 1, kinds: ['aquaculture_pond'], bands: crab.bands };
      await expect(registry.setProfile(ponds)).rejects.toMatchObject({
        code: 'PROFILE_INVALID',
        message: expect.stringMatching(/site daoyu\/gantang-paddy-1 uses it and has devices of paddy_water/),
      });
    });
  });
}
