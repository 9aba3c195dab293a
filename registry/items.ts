/** The registry's records in memory, kept equal to the shared state by watching it for changes of other processes. */
import { setImmediate } from 'node:timers/promises';
import { codeOf, type DaoyuError } from '../base/errors.ts';
import type { Item, Kv } from '../kv/kv.ts';
import type { Profile } from '../sensors/profile.ts';
import type { Device, Park, RegistryChange, Site } from './registry.ts';

const PREFIX = 'registry/';

export const keyOf = {
  park: ({ id }: Pick<Park, 'id'>) => `${PREFIX}park/${id}`,
  site: ({ park, id }: Pick<Site, 'park' | 'id'>) => `${PREFIX}site/${park}/${id}`,
  device: ({ park, id }: Pick<Device, 'park' | 'id'>) => `${PREFIX}device/${park}/${id}`,
  profile: ({ name }: Pick<Profile, 'name'>) => `${PREFIX}profile/${name}`,
};

export interface Items {
  readonly park: ReadonlyMap<string, Park>;
  readonly site: ReadonlyMap<string, Site>;
  readonly device: ReadonlyMap<string, Device>;
  readonly profile: ReadonlyMap<string, Profile>;
}

export interface ItemStore {
  readonly items: Items;
  /** Adds a record. If several processes add the same one, the first wins and the others get false. */
  add(key: string, value: unknown): Promise<boolean>;
  /** Applies a change to the newest version of a record, again if another process changed it meanwhile. */
  change<T>(key: string, unknown: () => DaoyuError, changed: (known: T) => T): Promise<T>;
  /** Puts with the revision that was read; rejects with `STATE_CONFLICT` when it is no longer the newest. */
  putAt(key: string, value: unknown, revision: number): Promise<void>;
  remove(key: string): Promise<void>;
  watch(onChange: (change: RegistryChange) => void): () => void;
  close(): void;
}

export async function openItems(kv: Kv): Promise<ItemStore> {
  const maps = {
    park: new Map<string, Park>(),
    site: new Map<string, Site>(),
    device: new Map<string, Device>(),
    profile: new Map<string, Profile>(),
  };
  /** So that a change reported twice or late does not undo a newer one. */
  const revisions = new Map<string, number>();
  const watchers = new Set<(change: RegistryChange) => void>();

  function put({ key, value, revision }: Item): void {
    if (revision <= (revisions.get(key) ?? 0)) return;
    revisions.set(key, revision);
    const noun = nounOf(key);
    if (noun === undefined) return;
    const before = maps[noun].get(key);
    (maps[noun] as Map<string, unknown>).set(key, value);
    tell(noun, before, value);
  }

  function drop(key: string): void {
    revisions.delete(key);
    const noun = nounOf(key);
    const before = noun && maps[noun].get(key);
    if (noun === undefined || before === undefined) return;
    maps[noun].delete(key);
    tell(noun, before, undefined);
  }

  function tell(noun: RegistryChange['noun'], before: unknown, after: unknown): void {
    for (const watcher of watchers) watcher({ noun, before, after } as RegistryChange);
  }

  // Watches first, so that a change made while the list is read is not missed.
  const unwatch = await kv.watch<unknown>(PREFIX, ({ key, item }) => (item === undefined ? drop(key) : put(item)));
  for await (const item of kv.list(PREFIX)) put(item);

  return {
    items: maps,
    async add(key, value) {
      try {
        put({ key, value, revision: await kv.put(key, value, 0) });
        return true;
      } catch (error) {
        if (codeOf(error) !== 'STATE_CONFLICT') throw error;
        const item = await kv.get(key);
        if (item !== undefined) put(item);
        return false;
      }
    },
    async change<T>(key: string, unknown: () => DaoyuError, changed: (known: T) => T): Promise<T> {
      for (;;) {
        const item = await kv.get<T>(key);
        if (item === undefined) throw unknown();
        const value = changed(item.value);
        try {
          put({ key, value, revision: await kv.put(key, value, item.revision) });
          return value;
        } catch (error) {
          if (codeOf(error) !== 'STATE_CONFLICT') throw error;
          // The other write may not be on disk yet, and a loop without a pause would never let it get there.
          await setImmediate();
        }
      }
    },
    async putAt(key, value, revision) {
      put({ key, value, revision: await kv.put(key, value, revision) });
    },
    async remove(key) {
      await kv.delete(key);
      drop(key);
    },
    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
    close() {
      watchers.clear();
      unwatch();
    },
  };
}

function nounOf(key: string): RegistryChange['noun'] | undefined {
  const [noun] = key.slice(PREFIX.length).split('/');
  return noun === 'park' || noun === 'site' || noun === 'device' || noun === 'profile' ? noun : undefined;
}
