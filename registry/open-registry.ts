/** The registry on the shared state: held in memory so that intake reads without waiting, following what other processes change. */
import { setImmediate } from 'node:timers/promises';
import { codeOf, DaoyuError } from '../base/errors.ts';
import { SLUG } from '../base/topics.ts';
import type { Item, Kv } from '../kv/kv.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Profile } from '../sensors/profile.ts';
import { validateMapping } from './mapping.ts';
import { changedMeanwhile, changedProfile } from './profile-change.ts';
import type { Device, NewDevice, Park, Registry, Site } from './registry.ts';
import { changedSite, profileNamed } from './site-change.ts';

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
  readonly clock?: () => number;
}

const PREFIX = 'registry/';
const keyOf = {
  park: ({ id }: Park) => `${PREFIX}park/${id}`,
  site: ({ park, id }: Pick<Site, 'park' | 'id'>) => `${PREFIX}site/${park}/${id}`,
  device: ({ park, id }: Pick<Device, 'park' | 'id'>) => `${PREFIX}device/${park}/${id}`,
  profile: ({ name }: Pick<Profile, 'name'>) => `${PREFIX}profile/${name}`,
};

export async function openRegistry({ kv, kinds, seeds, clock = Date.now }: RegistryOptions): Promise<Registry> {
  const items = { park: new Map(), site: new Map(), device: new Map(), profile: new Map() } as {
    readonly park: Map<string, Park>;
    readonly site: Map<string, Site>;
    readonly device: Map<string, Device>;
    readonly profile: Map<string, Profile>;
  };

  /** What is told twice, or late, does not undo what is newer. */
  const revisions = new Map<string, number>();

  function put({ key, value, revision }: Item): void {
    if (revision <= (revisions.get(key) ?? 0)) return;
    revisions.set(key, revision);
    const sort = key.slice(PREFIX.length).split('/')[0];
    if (sort === 'park') items.park.set(key, value as Park);
    if (sort === 'site') items.site.set(key, value as Site);
    if (sort === 'device') items.device.set(key, value as Device);
    if (sort === 'profile') items.profile.set(key, value as Profile);
  }

  // Watching begins first: what changes while the list is read is not missed.
  const unwatch = await kv.watch<unknown>(PREFIX, ({ key, item }) => {
    if (item !== undefined) return put(item);
    revisions.delete(key);
    for (const map of Object.values(items)) map.delete(key);
  });
  for await (const item of kv.list(PREFIX)) put(item);
  if (seeds !== undefined) await plant(seeds);

  async function plant({ parks, sites, profiles }: RegistrySeeds): Promise<void> {
    const wanted = [
      ...parks.map((park) => ({ key: keyOf.park(park), value: park })),
      ...sites.map((site) => ({ key: keyOf.site(site), value: site })),
      ...profiles.map((profile) => ({ key: keyOf.profile(profile), value: profile })),
    ];
    const missing = wanted.filter(({ key }) => !Object.values(items).some((map) => map.has(key)));
    await Promise.all(missing.map(({ key, value }) => putOnce(key, value)));
  }

  /** Of several that make the same at one time the first wins, and what an operator changed stays. */
  async function putOnce(key: string, value: unknown): Promise<void> {
    try {
      put({ key, value, revision: await kv.put(key, value, 0) });
    } catch (error) {
      if (codeOf(error) !== 'STATE_CONFLICT') throw error;
      const item = await kv.get(key);
      if (item !== undefined) put(item);
    }
  }

  function kindNamed(name: string): Kind {
    const kind = kinds.get(name);
    if (kind !== undefined) return kind;
    throw new DaoyuError('KIND_UNKNOWN', `no kind ${name}; there are ${[...kinds.keys()].join(', ')}`);
  }

  function newSite(given: NewDevice): Site | undefined {
    const { park, site: id, siteLabel, siteType = 'other', profile } = given;
    if (items.site.has(keyOf.site({ park, id }))) return undefined;
    return {
      park,
      id,
      label: siteLabel ?? { zh: id, en: id },
      type: siteType,
      ...(profile !== undefined && { profile }),
    };
  }

  function checked(given: NewDevice): void {
    for (const name of ['park', 'site', 'device'] as const) {
      if (!SLUG.test(given[name])) {
        throw new DaoyuError(
          'ID_INVALID',
          `${name} is ${JSON.stringify(given[name])} but must be 1 to 64 of a-z, 0-9 and -`,
        );
      }
    }
    if (![...items.park.values()].some(({ id }) => id === given.park)) {
      const known = [...items.park.values()].map(({ id }) => id);
      throw new DaoyuError('PARK_UNKNOWN', `no park ${given.park}; there are ${known.join(', ') || 'none'}`);
    }
    const kind = kindNamed(given.kind);
    if (given.mapping !== undefined) validateMapping(given.mapping, kind);
    if (given.profile !== undefined) profileNamed(given.profile, [...items.profile.values()]);
  }

  /** Somebody may change the same in between: what he changed is kept, and ours put on top. */
  async function change<T>(key: string, unknown: () => DaoyuError, changed: (known: T) => T): Promise<T> {
    for (;;) {
      const item = await kv.get<T>(key);
      if (item === undefined) throw unknown();
      const value = changed(item.value);
      try {
        put({ key, value, revision: await kv.put(key, value, item.revision) });
        return value;
      } catch (error) {
        if (codeOf(error) !== 'STATE_CONFLICT') throw error;
        // The other's may still be on its way to the disk: asking again at once would never let it get there.
        await setImmediate();
      }
    }
  }

  function exists(id: string, park: string, cause?: unknown): DaoyuError {
    return new DaoyuError('DEVICE_EXISTS', `park ${park} has a device ${id} already`, { cause });
  }

  return {
    parks: () => [...items.park.values()],
    sites: (park) => [...items.site.values()].filter((site) => park === undefined || site.park === park),
    devices: (filter = {}) =>
      [...items.device.values()].filter(
        ({ park, site, kind }) =>
          (filter.park === undefined || filter.park === park) &&
          (filter.site === undefined || filter.site === site) &&
          (filter.kind === undefined || filter.kind === kind),
      ),
    device: (park, id) => items.device.get(`${PREFIX}device/${park}/${id}`),
    site: (park, id) => items.site.get(`${PREFIX}site/${park}/${id}`),
    profiles: () => [...items.profile.values()],
    async addDevice(given, passwordHash) {
      checked(given);
      const { park, site, device: id, kind, label, intervalMs, mapping } = given;
      if (items.device.has(keyOf.device({ park, id }))) throw exists(id, park);
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
      const place = newSite(given);
      // The site first: a crash between the two leaves an empty site, never a device without one.
      if (place !== undefined) await putOnce(keyOf.site(place), place);
      const key = keyOf.device(device);
      const revision = await kv.put(key, device, 0).catch((cause: unknown) => {
        if (cause instanceof DaoyuError && cause.code === 'STATE_CONFLICT') throw exists(id, park, cause);
        throw cause;
      });
      put({ key, value: device, revision });
      return device;
    },
    setMapping: (park, id, mapping) =>
      change<Device>(
        keyOf.device({ park, id }),
        () => new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${id}`),
        ({ mapping: _, ...rest }) => {
          if (mapping !== undefined) validateMapping(mapping, kindNamed(rest.kind));
          return { ...rest, ...(mapping !== undefined && { mapping }) };
        },
      ),
    setSite: (park, id, given) =>
      change<Site>(
        keyOf.site({ park, id }),
        () => new DaoyuError('SITE_UNKNOWN', `park ${park} has no site ${id}; GET /api/v1/parks names them`),
        (site) => {
          const there = [...items.device.values()].filter((device) => device.park === park && device.site === id);
          const known = { profiles: [...items.profile.values()], kinds: new Set(there.map(({ kind }) => kind)) };
          return changedSite(site, given, known);
        },
      ),
    async setProfile(given) {
      const key = keyOf.profile(given);
      const item = await kv.get<Profile>(key);
      const inUse = { kinds, sites: [...items.site.values()], devices: [...items.device.values()] };
      const value = changedProfile(item?.value, given, inUse, clock());
      const revision = await kv.put(key, value, item?.revision ?? 0).catch((error: unknown) => {
        throw codeOf(error) === 'STATE_CONFLICT' ? changedMeanwhile(given, value.version) : error;
      });
      put({ key, value, revision });
      return value;
    },
    async close() {
      unwatch();
    },
  };
}
