/** Restores a backup into an empty data folder, and sets the consumers of its log back to the position of the copied state. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DaoyuError } from '../../base/errors.ts';
import type { Bus } from '../../bus/bus.ts';
import { RESTORE_MARK } from '../data-format.ts';
import { MANIFEST, type Manifest, readManifest, verifyFiles } from './manifest.ts';

export interface RestoreOptions {
  readonly dataFolder: string;
  /** Puts the files of the backup there: copies or unpacks them. */
  readonly place: (folder: string) => Promise<void>;
  /** Opens the log of the data folder. */
  readonly openBus: () => Promise<Bus>;
}

/** Files that an empty mount point may hold. */
const IGNORED = new Set(['lost+found']);

/**
 * Rejects with `RESTORE_TARGET_TAKEN`, `BACKUP_INCOMPLETE`, `BACKUP_DAMAGED`, and leaves the folder empty. If it is killed, a marker stays, and no
 * platform starts on the folder.
 */
export async function restoreInto({ dataFolder, place, openBus }: RestoreOptions): Promise<Manifest> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const found = await contentOf(dataFolder);
  if (found.length > 0)
    throw new DaoyuError(
      'RESTORE_TARGET_TAKEN',
      `the data folder ${dataFolder} is not empty (it holds ${found.slice(0, 5).join(', ')}): move it away, or set DAOYU_DATA_DIR to a new folder`,
    );
  try {
    await writeFile(join(dataFolder, RESTORE_MARK), '', { flush: true });
    await place(dataFolder);
    const manifest = await readManifest(dataFolder);
    // Checks the copy, not the original, so that a failed write is found too.
    await verifyFiles(dataFolder, manifest);
    await rm(join(dataFolder, MANIFEST));
    const bus = await openBus();
    await setBack(bus, manifest).finally(() => bus.close());
    await rm(join(dataFolder, RESTORE_MARK));
    return manifest;
  } catch (error) {
    for (const name of await contentOf(dataFolder)) await rm(join(dataFolder, name), { recursive: true, force: true });
    throw error;
  }
}

async function contentOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => !IGNORED.has(name));
}

async function setBack(bus: Bus, { consumers }: Manifest): Promise<void> {
  for (const { name } of (await bus.status()).consumers) await bus.forget(name);
  for (const [name, position] of Object.entries(consumers)) {
    const consumption = await bus.consume({ name, subjects: ['>'], from: { after: position } });
    await consumption.close();
  }
}
