/** Rebuilds the embedded store from a log that still holds everything. */
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { openPositionNote } from '../../consumers/store-position.ts';
import { startStoreWriter } from '../../consumers/store-writer.ts';
import { keyOf } from '../../registry/items.ts';
import { listRemovedReadings } from '../../registry/removed-readings.ts';
import { DEFAULT_WRITER } from '../../store/store.ts';
import type { Config } from '../config.ts';
import { openParts } from '../open-parts.ts';

export interface Rebuilt {
  readonly readings: number;
  readonly movedTo: string;
  /** Devices whose readings were removed once and are there again, because another device has their name now. */
  readonly broughtBack: readonly string[];
}

const ASK_EVERY_MS = 100;

/** Rejects with `STORE_REBUILD_PARTIAL`, without changing anything, if the log no longer holds its beginning. */
export async function rebuildStore(config: Config, log: Log): Promise<Rebuilt> {
  if (config.storeUrl !== 'embedded')
    throw new DaoyuError(
      'OPTION_INVALID',
      '--rebuild-store is for the embedded store; a server is set in DAOYU_STORE_URL',
    );
  const folder = join(resolve(config.dataDir), 'store');
  const movedTo = `${folder}.replaced-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  await checkLogHoldsAll(config, log);
  if (existsSync(folder)) await rename(folder, movedTo);
  const parts = await openParts(config, log);
  try {
    const { bus, kv, store } = parts;
    const note = openPositionNote(kv, DEFAULT_WRITER);
    const writer = await startStoreWriter({ bus, store, log, note });
    try {
      for (let before: number | undefined; ; ) {
        const { consumers } = await bus.status();
        const { problem } = writer.status();
        if (problem !== undefined) throw new DaoyuError(problem.code, problem.message);
        const pending = consumers.find(({ name }) => name === DEFAULT_WRITER)?.pending;
        if (pending === 0) break;
        // The rest is smaller than a batch, and would wait for more.
        if (pending === before) await store.committed();
        before = pending;
        await new Promise((wake) => setTimeout(wake, ASK_EVERY_MS));
      }
    } finally {
      await writer.close();
    }
    const broughtBack: string[] = [];
    for (const removed of await listRemovedReadings(kv)) {
      const { park, device } = removed;
      // A device that has the name again has readings of its own among them.
      if ((await kv.get(keyOf.device({ park, id: device }))) === undefined) await store.remove(removed);
      else broughtBack.push(`${park}/${device}`);
    }
    return { readings: (await store.status()).readings, movedTo, broughtBack };
  } finally {
    await parts.close();
  }
}

/** With a store in memory, because the one on disk may be impossible to open. */
async function checkLogHoldsAll(config: Config, log: Log): Promise<void> {
  const parts = await openParts({ ...config, storeUrl: 'memory' }, log);
  const { firstPosition } = await parts.bus.status().finally(() => parts.close());
  if (firstPosition <= 1) return;
  throw new DaoyuError(
    'STORE_REBUILD_PARTIAL',
    `the log begins at position ${firstPosition}: earlier readings are in the store only and would be lost. Restore a backup; or move the folder store away and start with DAOYU_STORE_GAP=accept to continue with what the log holds. Nothing was changed`,
  );
}
