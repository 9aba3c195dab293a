/** The registry on the shared state: read from memory, so that intake never waits; changed key by key. */
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Kv } from '../kv/kv.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Profile } from '../sensors/profile.ts';
import { changedDevice, withPassword } from './device-change.ts';
import { type ItemStore, keyOf, openItems } from './items.ts';
import { changedPark, checkId, newPark } from './park-change.ts';
import { changedMeanwhile, changedProfile } from './profile-change.ts';
import type { Device, NewDevice, Park, Registry, Site } from './registry.ts';
import { changedSite, profileNamed } from './site-change.ts';
import { validateMapping } from './validate-mapping.ts';

export interface RegistrySeeds {
  readonly parks: readonly Park[];
  readonly sites: readonly Site[];
  readonly profiles: readonly Profile[];
}

export interface RegistryOptions {
  readonly kv: Kv;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** What a fresh install begins with. Only what is missing is added: what operators changed stays. */
  readonly seeds?: RegistrySeeds;
  /** Names of the payload formats that a mapping may name; absent: any passes. */
  readonly formats?: readonly string[];
  readonly clock?: () => number;
}

export async function openRegistry({
  kv,
  kinds,
  seeds,
  formats,
  clock = Date.now,
}: RegistryOptions): Promise<Registry> {
  const store = await openItems(kv);
  const { items } = store;
  if (seeds !== undefined) await plant(store, seeds);

  const sites = () => [...items.site.values()];
  const devices = () => [...items.device.values()];
  const profiles = () => [...items.profile.values()];

  function kindNamed(name: string): Kind {
    const kind = kinds.get(name);
    if (kind !== undefined) return kind;
    throw new DaoyuError('KIND_UNKNOWN', `no kind ${name}; there are ${[...kinds.keys()].join(', ')}`);
  }

  function checkPark(id: string): void {
    if (items.park.has(keyOf.park({ id }))) return;
    const known = [...items.park.values()].map((park) => park.id).join(', ');
    throw new DaoyuError('PARK_UNKNOWN', `no park ${id}; there are ${known || 'none: POST /api/v1/parks makes one'}`);
  }

  /** A new pond is judged as a pond from its first reading. */
  function defaultProfile(kind: string): string | undefined {
    const name = kinds.get(kind)?.defaultProfile;
    return profiles().some((profile) => profile.name === name) ? name : undefined;
  }

  function checkDevice(given: NewDevice): void {
    for (const name of ['park', 'site', 'device'] as const) checkId(name, given[name]);
    checkPark(given.park);
    const kind = kindNamed(given.kind);
    if (given.mapping !== undefined) validateMapping(given.mapping, kind, formats);
    if (given.profile !== undefined) profileNamed(given.profile, profiles());
  }

  const noDevice = (park: string, id: string) => () =>
    new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${id}`);
  const noSite = (park: string, id: string) => () =>
    new DaoyuError('SITE_UNKNOWN', `park ${park} has no site ${id}; GET /api/v1/parks names them`);
  const noPark = (id: string) => () => new DaoyuError('PARK_UNKNOWN', `no park ${id}; GET /api/v1/parks names them`);

  return {
    parks: () => [...items.park.values()],
    sites: (park) => sites().filter((site) => park === undefined || site.park === park),
    devices: (filter = {}) =>
      devices().filter(
        ({ park, site, kind }) =>
          (filter.park === undefined || filter.park === park) &&
          (filter.site === undefined || filter.site === site) &&
          (filter.kind === undefined || filter.kind === kind),
      ),
    device: (park, id) => items.device.get(keyOf.device({ park, id })),
    site: (park, id) => items.site.get(keyOf.site({ park, id })),
    profiles,

    async addPark(given) {
      const park = newPark(given);
      if (await store.add(keyOf.park(park), park)) return park;
      throw new DaoyuError('PARK_EXISTS', `there is a park ${park.id} already`);
    },
    setPark: (id, change) => store.change<Park>(keyOf.park({ id }), noPark(id), (park) => changedPark(park, change)),
    async removePark(id) {
      if (!items.park.has(keyOf.park({ id }))) throw noPark(id)();
      const [inside, beside] = [sites(), devices()].map((all) => all.filter(({ park }) => park === id).length);
      if (inside || beside) {
        throw new DaoyuError(
          'PARK_NOT_EMPTY',
          `park ${id} has ${inside} sites and ${beside} devices: remove them first`,
        );
      }
      await store.remove(keyOf.park({ id }));
    },

    async addSite({ park, site: id, label, type = 'other', ...rest }) {
      for (const [noun, text] of Object.entries({ park, site: id })) checkId(noun, text);
      checkPark(park);
      const bare: Site = { park, id, label: label ?? { zh: id, en: id }, type };
      const site = changedSite(bare, rest, { profiles: profiles(), kinds: new Set() });
      if (await store.add(keyOf.site(site), site)) return site;
      throw new DaoyuError('SITE_EXISTS', `park ${park} has a site ${id} already`);
    },
    setSite: (park, id, given) =>
      store.change<Site>(keyOf.site({ park, id }), noSite(park, id), (site) => {
        const there = devices().filter((device) => device.park === park && device.site === id);
        return changedSite(site, given, { profiles: profiles(), kinds: new Set(there.map(({ kind }) => kind)) });
      }),
    async removeSite(park, id) {
      if (!items.site.has(keyOf.site({ park, id }))) throw noSite(park, id)();
      const there = devices().filter((device) => device.park === park && device.site === id);
      if (there.length > 0) {
        const names = there.map((device) => device.id).join(', ');
        throw new DaoyuError('SITE_NOT_EMPTY', `site ${park}/${id} has ${names}: move or remove them first`);
      }
      await store.remove(keyOf.site({ park, id }));
    },

    async addDevice(given, passwordHash) {
      checkDevice(given);
      const { park, site, device: id, kind, label, intervalMs, mapping } = given;
      const device: Device = {
        park,
        site,
        id,
        label: label ?? { zh: id, en: id },
        kind,
        ...(intervalMs !== undefined && { intervalMs }),
        ...(mapping !== undefined && { mapping }),
        passwordHash,
        createdAt: clock(),
      };
      const exists = () => new DaoyuError('DEVICE_EXISTS', `park ${park} has a device ${id} already`);
      if (items.device.has(keyOf.device(device))) throw exists();
      // The site first: a crash between the two leaves an empty site, never a device without one.
      if (!items.site.has(keyOf.site({ park, id: site }))) {
        const { siteLabel = { zh: site, en: site }, siteType: type = 'other' } = given;
        const profile = given.profile ?? defaultProfile(kind);
        const made: Site = { park, id: site, label: siteLabel, type, ...(profile !== undefined && { profile }) };
        await store.add(keyOf.site(made), made);
      }
      if (await store.add(keyOf.device(device), device)) return device;
      throw exists();
    },
    setDevice: (park, id, change) =>
      store.change<Device>(keyOf.device({ park, id }), noDevice(park, id), (device) =>
        changedDevice(device, change, sites(), clock()),
      ),
    setMapping: (park, id, mapping) =>
      store.change<Device>(keyOf.device({ park, id }), noDevice(park, id), ({ mapping: _, ...rest }) => {
        if (mapping !== undefined) validateMapping(mapping, kindNamed(rest.kind), formats);
        return { ...rest, ...(mapping !== undefined && { mapping }) };
      }),
    setPassword: (park, id, passwordHash, overlapMs) =>
      store.change<Device>(keyOf.device({ park, id }), noDevice(park, id), (device) =>
        withPassword(device, passwordHash, overlapMs, clock()),
      ),
    async removeDevice(park, id) {
      if (!items.device.has(keyOf.device({ park, id }))) throw noDevice(park, id)();
      await store.remove(keyOf.device({ park, id }));
    },

    async setProfile(given) {
      const key = keyOf.profile(given);
      const item = await kv.get<Profile>(key);
      const value = changedProfile(item?.value, given, { kinds, sites: sites(), devices: devices() }, clock());
      await store.putAt(key, value, item?.revision ?? 0).catch((error: unknown) => {
        throw codeOf(error) === 'STATE_CONFLICT' ? changedMeanwhile(given, value.version) : error;
      });
      return value;
    },

    watch: (onChange) => store.watch(onChange),
    async close() {
      store.close();
    },
  };
}

async function plant(store: ItemStore, { parks, sites, profiles }: RegistrySeeds): Promise<void> {
  const { items } = store;
  const wanted = [
    ...parks.map((park) => ({ key: keyOf.park(park), value: park, known: items.park })),
    ...sites.map((site) => ({ key: keyOf.site(site), value: site, known: items.site })),
    ...profiles.map((profile) => ({ key: keyOf.profile(profile), value: profile, known: items.profile })),
  ];
  const missing = wanted.filter(({ key, known }) => !known.has(key));
  await Promise.all(missing.map(({ key, value }) => store.add(key, value)));
}
