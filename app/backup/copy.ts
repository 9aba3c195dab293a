/**
 * Copies a running installation. The order makes it consistent: first the state, then the store, last the log. Consumers store their effects before
 * they acknowledge, so the state has everything that they had taken when the copy began. A restore sets them back to that point, and they read the
 * log, which is the newest part, from there, as after a crash. The store continues from its own position.
 */
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DaoyuError } from '../../base/errors.ts';
import type { Bus } from '../../bus/bus.ts';
import type { Kv } from '../../kv/kv.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Store } from '../../store/store.ts';
import type { Copied } from './manifest.ts';

export interface BackupParts {
  readonly bus: Pick<Bus, 'status' | 'copyTo'>;
  readonly kv: Pick<Kv, 'copyTo'>;
  readonly store: Pick<Store, 'status' | 'copyTo'> | undefined;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  /** The data folder, for its secrets. */
  readonly dataFolder: string;
}

/** If the log removes entries that the copied state lacks, because it is full or a consumer was days behind, the copy starts again. */
const ATTEMPTS = 3;

/** Rejects with `BACKUP_UNSUPPORTED`, `BACKUP_TARGET_TAKEN` or the error of the part that fails. */
export async function copyInstallation(
  parts: BackupParts,
  target: string,
  onProgress: (what: string) => void,
): Promise<Copied> {
  const { bus, kv, store, registry, dataFolder } = parts;
  if (bus.copyTo === undefined || kv.copyTo === undefined)
    throw new DaoyuError(
      'BACKUP_UNSUPPORTED',
      'log and state are on NATS, which backs them up itself: `nats stream backup` for every stream, and `influx backup` or `influxd backup` for the store (docs/operations.md)',
    );
  await makeEmpty(target);
  for (let attempt = 1; ; attempt++) {
    const { consumers } = await bus.status();
    const counts = {
      parks: registry.parks().length,
      sites: registry.sites().length,
      devices: registry.devices().length,
      ...(store?.copyTo && { readings: (await store.status()).readings }),
    };
    await cp(join(dataFolder, 'secrets'), join(target, 'secrets'), {
      recursive: true,
      filter: (path) => !path.endsWith('.new'),
    });
    await kv.copyTo(join(target, 'state'));
    onProgress('state copied');
    if (store?.copyTo) {
      await store.copyTo(join(target, 'store'));
      onProgress('store copied');
    }
    await bus.copyTo(join(target, 'bus'));
    onProgress('log copied');
    const { firstPosition } = await bus.status();
    if (consumers.every(({ position }) => position >= firstPosition - 1))
      return { consumers: Object.fromEntries(consumers.map(({ name, position }) => [name, position])), counts };
    if (attempt === ATTEMPTS)
      throw new DaoyuError(
        'BACKUP_OVERTAKEN',
        'the log forgets its oldest entries faster than it can be copied: raise DAOYU_BUS_MAX_BYTES, or back up at a quieter hour',
      );
    onProgress('the log forgot what the copy still needs: begun anew');
    for (const part of ['secrets', 'state', 'store', 'bus'])
      await rm(join(target, part), { recursive: true, force: true });
  }
}

async function makeEmpty(target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  const [found] = await readdir(target);
  if (found === undefined) return;
  throw new DaoyuError(
    'BACKUP_TARGET_TAKEN',
    `${target} is not empty (it holds ${found}): name a new folder, e.g. one with the date`,
  );
}
