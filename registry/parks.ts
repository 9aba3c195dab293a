/** The parks of the registry: listed, added, changed, removed when empty. */
import { DaoyuError } from '../base/errors.ts';
import type { RegistryContext } from './context.ts';
import { keyOf } from './items.ts';
import { changedPark, newPark } from './park-change.ts';
import type { Park, Registry } from './registry.ts';

export type Parks = Pick<Registry, 'parks' | 'addPark' | 'setPark' | 'removePark'>;

export function createParks({ store }: RegistryContext): Parks {
  const { items } = store;
  return {
    parks: () => [...items.park.values()],
    async addPark(given) {
      const park = newPark(given);
      if (await store.add(keyOf.park(park), park)) return park;
      throw new DaoyuError('PARK_EXISTS', `there is a park ${park.id} already`);
    },
    setPark: (id, change) =>
      store.change<Park>(
        keyOf.park({ id }),
        () => unknownPark(id),
        (park) => changedPark(park, change),
      ),
    async removePark(id) {
      if (!items.park.has(keyOf.park({ id }))) throw unknownPark(id);
      const sites = [...items.site.values()].filter(({ park }) => park === id).length;
      const devices = [...items.device.values()].filter(({ park }) => park === id).length;
      if (sites > 0 || devices > 0)
        throw new DaoyuError(
          'PARK_NOT_EMPTY',
          `park ${id} has ${sites} sites and ${devices} devices: remove them first`,
        );
      await store.remove(keyOf.park({ id }));
    },
  };
}

function unknownPark(id: string): DaoyuError {
  return new DaoyuError('PARK_UNKNOWN', `no park ${id}; GET /api/v1/parks names them`);
}
