/** The sites of the registry: listed, added, changed, removed when no device stands there. */
import { DaoyuError } from '../base/errors.ts';
import { checkParkExists, type RegistryContext } from './context.ts';
import { keyOf } from './items.ts';
import { checkId } from './park-change.ts';
import type { Device, Registry, Site } from './registry.ts';
import { changedSite } from './site-change.ts';

export type Sites = Pick<Registry, 'sites' | 'site' | 'addSite' | 'setSite' | 'removeSite'>;

export function createSites(context: RegistryContext): Sites {
  const { store } = context;
  const { items } = store;
  const profiles = () => [...items.profile.values()];

  function devicesAt(park: string, site: string): readonly Device[] {
    return [...items.device.values()].filter((device) => device.park === park && device.site === site);
  }

  return {
    sites: (park) => [...items.site.values()].filter((site) => park === undefined || site.park === park),
    site: (park, id) => items.site.get(keyOf.site({ park, id })),
    async addSite({ park, site: id, label, type = 'other', ...rest }) {
      for (const [noun, text] of Object.entries({ park, site: id })) checkId(noun, text);
      checkParkExists(context, park);
      const bare: Site = { park, id, label: label ?? { zh: id, en: id }, type };
      const site = changedSite(bare, rest, { profiles: profiles(), kinds: new Set() });
      if (await store.add(keyOf.site(site), site)) return site;
      throw new DaoyuError('SITE_EXISTS', `park ${park} has a site ${id} already`);
    },
    setSite: (park, id, change) =>
      store.change<Site>(
        keyOf.site({ park, id }),
        () => unknownSite(park, id),
        (site) => {
          const kinds = new Set(devicesAt(park, id).map(({ kind }) => kind));
          return changedSite(site, change, { profiles: profiles(), kinds });
        },
      ),
    async removeSite(park, id) {
      if (!items.site.has(keyOf.site({ park, id }))) throw unknownSite(park, id);
      const names = devicesAt(park, id).map((device) => device.id);
      if (names.length > 0)
        throw new DaoyuError('SITE_NOT_EMPTY', `site ${park}/${id} has ${names.join(', ')}: move or remove them first`);
      await store.remove(keyOf.site({ park, id }));
    },
  };
}

function unknownSite(park: string, id: string): DaoyuError {
  return new DaoyuError('SITE_UNKNOWN', `park ${park} has no site ${id}; GET /api/v1/parks names them`);
}
