/** The manifest of a backup: written last, so a backup without it is incomplete. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import { DATA_FORMAT, newer, RESTORE_MARK } from '../data-format.ts';
import { programVersion } from '../version.ts';

export const MANIFEST = 'manifest.json';

/** What the running platform knows about its copy. */
export interface Copied {
  /** Positions of the durable consumers before anything was copied: their effects up to there are in the copy. */
  readonly consumers: Readonly<Record<string, number>>;
  /** Lower bounds: data that came during the copy may be in it. */
  readonly counts: {
    readonly parks: number;
    readonly sites: number;
    readonly devices: number;
    /** Absent if the store is a separate server, which is not in the backup. */
    readonly readings?: number;
  };
}

export interface BackupFile {
  /** With `/` between folders. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface Manifest extends Copied {
  readonly format: number;
  readonly writtenBy: string;
  /** Epoch ms of its start: everything acknowledged by then is in it. */
  readonly startedAt: number;
  readonly files: readonly BackupFile[];
}

/** Reads every file of the folder again, syncs it to disk, and writes the manifest last. */
export async function writeManifest(folder: string, startedAt: number, copied: Copied): Promise<Manifest> {
  const files = await Promise.all((await filesIn(folder)).map((path) => described(folder, path)));
  const manifest: Manifest = {
    format: DATA_FORMAT,
    writtenBy: programVersion(),
    startedAt,
    ...copied,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  const beside = join(folder, `${MANIFEST}.new`);
  await writeFile(beside, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(beside, join(folder, MANIFEST));
  return manifest;
}

/** Throws `BACKUP_INCOMPLETE` without one, `DATA_FOLDER_NEWER` for one that this program cannot read. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = join(folder, MANIFEST);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const message = `${folder} is not a complete backup: it has no ${MANIFEST}, which is written last (${codeOf(error)})`;
    throw new DaoyuError('BACKUP_INCOMPLETE', message, { cause: error });
  });
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text) as Manifest;
  } catch (cause) {
    throw new DaoyuError('BACKUP_DAMAGED', `${file} cannot be read: it is not JSON`, { cause });
  }
  if (manifest.format > DATA_FORMAT) throw newer(`the backup ${folder}`, manifest.format, manifest.writtenBy);
  return manifest;
}

/** Throws `BACKUP_DAMAGED` naming every file that is missing, unexpected or changed. */
export async function verifyFiles(folder: string, { files }: Pick<Manifest, 'files'>): Promise<void> {
  const there = new Set(await filesIn(folder));
  const faults: string[] = [];
  for (const { path, sizeBytes, sha256 } of files) {
    if (!there.delete(path)) {
      faults.push(`${path} is missing`);
      continue;
    }
    const found = await described(folder, path);
    if (found.sizeBytes !== sizeBytes) faults.push(`${path} has ${found.sizeBytes} bytes instead of ${sizeBytes}`);
    else if (found.sha256 !== sha256) faults.push(`${path} differs from what was backed up`);
  }
  for (const path of there) faults.push(`${path} is not part of the backup`);
  if (faults.length > 0)
    throw new DaoyuError('BACKUP_DAMAGED', `the backup ${folder} is damaged: ${faults.join('; ')}. Use another one`);
}

async function described(folder: string, path: string): Promise<BackupFile> {
  const file = join(folder, path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const handle = await open(file, 'r');
  await handle.sync().finally(() => handle.close());
  return { path, sizeBytes: (await stat(file)).size, sha256: hash.digest('hex') };
}

/** Files that are not part of the backup: the manifest, and what a restore or the file system adds. */
const BESIDE = new Set<string>([MANIFEST, RESTORE_MARK]);

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !BESIDE.has(path) && !path.startsWith('lost+found/'));
}
