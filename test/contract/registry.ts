/** What the registry keeps on any shared state: changes of several processes at one time, and after a restart. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SiteChange } from '../../ingest/registry.ts';
import { openRegistry } from '../../ingest/registry-state.ts';
import { seeds } from '../../seeds/seeds.ts';
import { loadKinds } from '../../sensors/kinds.ts';
import type { State } from '../../state/state.ts';
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
export function describeRegistry(name: string, open: () => Promise<() => Promise<State>>): void {
  async function processes() {
    const next = await open();
    return async () => {
      const registry = await openRegistry({ state: await next(), kinds, seeds });
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
        message: /paddy_awd/,
      });
      await expect(set({ stages: [{ from: '2026-05-10', profile: 'lobster' }] })).rejects.toMatchObject({
        code: 'PROFILE_UNKNOWN',
      });
      await expect(set({ stages: [...stages].reverse() })).rejects.toMatchObject({
        code: 'SITE_INVALID',
        message: /2026-05-10 must come after 2026-05-20/,
      });
      await expect(set({ latitude: null })).rejects.toMatchObject({ code: 'SITE_INVALID', message: /belong together/ });
      await expect(set({ stages }, 'nowhere')).rejects.toMatchObject({ code: 'SITE_UNKNOWN' });
      await registry.addDevice({ park: PLACE[0], site: PLACE[1], device: 'level', kind: 'paddy_water' }, 'hash');
      await expect(set({ profile: 'frozen_fish' })).rejects.toMatchObject({
        code: 'SITE_INVALID',
        message: /frozen_fish is made for cold_chain, but the site has paddy_water/,
      });
      expect(registry.site(...PLACE)).toEqual(before);
    });
  });
}
