/** Log, state, store and registry of a stopped data folder, for commands that work on a whole installation. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DiskSpace, watchDiskSpace } from '../base/disk-space.ts';
import { DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Bus } from '../bus/bus.ts';
import type { Kv } from '../kv/kv.ts';
import { openRegistry } from '../registry/open-registry.ts';
import type { Registry } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { Store } from '../store/store.ts';
import { openBus, openKv, openStore } from './backends.ts';
import type { Config } from './config.ts';
import { openDataFolder } from './data-folder.ts';

export interface Parts {
  readonly dataFolder: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly bus: Bus;
  readonly kv: Kv;
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: () => number;
  readonly space: DiskSpace;
  /** A secret of this installation. */
  secret(name: string): string;
  close(): Promise<void>;
}

/** Rejects with `DATA_FOLDER_MISSING` instead of creating one, `DATA_FOLDER_IN_USE` while a platform runs on it. */
export async function openParts(config: Config, log: Log): Promise<Parts> {
  const path = resolve(config.dataDir);
  if (!existsSync(path))
    throw new DaoyuError(
      'DATA_FOLDER_MISSING',
      `there is no data folder ${path}: set DAOYU_DATA_DIR to the one you mean`,
    );
  const opened: (() => Promise<void> | void)[] = [];
  const keep = <T extends { close(): Promise<void> | void }>(part: T): T => {
    opened.push(() => part.close());
    return part;
  };
  const close = async () => {
    for (const closePart of opened.splice(0).reverse()) await closePart();
  };
  try {
    const folder = keep(await openDataFolder(path));
    const kinds = await loadKinds(config.kindsDir);
    const clock = Date.now;
    const context = { config, folder: folder.path, clock, log, space: watchDiskSpace(folder.path, config.diskReserve) };
    const bus = keep(await openBus(context));
    const kv = keep(await openKv(context));
    const store = keep(await openStore(context, kinds, kv));
    const registry = await openRegistry({ kv, kinds, clock });
    keep(registry);
    const { space } = context;
    const secret = (name: string) => folder.secret(name);
    return { dataFolder: folder.path, kinds, bus, kv, store, registry, clock, space, secret, close };
  } catch (error) {
    await close();
    throw error;
  }
}
