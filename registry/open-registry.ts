/** The registry on the shared state: read from memory, so that intake never waits; written one key at a time. */
import { codeOf } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Profile } from '../sensors/profile.ts';
import type { RegistryContext } from './context.ts';
import { createDevices } from './devices.ts';
import { type ItemStore, keyOf, openItems } from './items.ts';
import { createParks } from './parks.ts';
import { changedMeanwhile, changedProfile } from './profile-change.ts';
import type { Park, ProfileChange, Registry, Site } from './registry.ts';
import { createSites } from './sites.ts';

export interface RegistrySeeds {
  readonly parks: readonly Park[];
  readonly sites: readonly Site[];
  readonly profiles: readonly Profile[];
}

export interface RegistryOptions {
  readonly kv: Kv;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Records of a new installation. Only missing ones are added, so that what operators changed is kept. */
  readonly seeds?: RegistrySeeds;
  /** Names of the payload formats that a mapping may name; absent: any passes. */
  readonly formats?: readonly string[];
  readonly clock?: () => number;
}

export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { kv, kinds, seeds, formats, clock = Date.now } = options;
  const store = await openItems(kv);
  if (seeds !== undefined) await addSeeds(store, seeds);
  const context: RegistryContext = { store, kinds, formats, clock };
  const { items } = store;

  async function setProfile(given: ProfileChange): Promise<Profile> {
    const key = keyOf.profile(given);
    const item = await kv.get<Profile>(key);
    const records = { kinds, sites: [...items.site.values()], devices: [...items.device.values()] };
    const value = changedProfile(item?.value, given, records, clock());
    await store.putAt(key, value, item?.revision ?? 0).catch((error: unknown) => {
      throw codeOf(error) === 'STATE_CONFLICT' ? changedMeanwhile(given, value.version) : error;
    });
    return value;
  }

  return {
    ...createParks(context),
    ...createSites(context),
    ...createDevices(context),
    profiles: () => [...items.profile.values()],
    setProfile,
    watch: (onChange) => store.watch(onChange),
    async close() {
      store.close();
    },
  };
}

async function addSeeds(store: ItemStore, { parks, sites, profiles }: RegistrySeeds): Promise<void> {
  const { items } = store;
  const wanted = [
    ...parks.map((park) => ({ key: keyOf.park(park), value: park, known: items.park })),
    ...sites.map((site) => ({ key: keyOf.site(site), value: site, known: items.site })),
    ...profiles.map((profile) => ({ key: keyOf.profile(profile), value: profile, known: items.profile })),
  ];
  const missing = wanted.filter(({ key, known }) => !known.has(key));
  await Promise.all(missing.map(({ key, value }) => store.add(key, value)));
}
