/** A backup as one stream: a standard tar file with the manifest last, so that a truncated stream is recognised as incomplete. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { DaoyuError } from '../../base/errors.ts';
import { MANIFEST, type Manifest } from './manifest.ts';

export async function writeArchive(folder: string, { files }: Manifest, output: Writable): Promise<void> {
  const archive = pack();
  const sending = pipeline(archive, output, { end: false });
  const packing = packAll(archive, folder, [...files.map(({ path }) => path), MANIFEST]).catch((error: Error) => {
    archive.destroy(error);
    throw error;
  });
  await Promise.all([packing, sending]);
}

async function packAll(archive: ReturnType<typeof pack>, folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { size, mtime } = await stat(join(folder, path));
    await pipeline(createReadStream(join(folder, path)), archive.entry({ name: path, size, mtime, mode: 0o600 }));
  }
  archive.finalize();
}

/** Unpacks into an empty folder. Rejects with `BACKUP_DAMAGED` unless it is an archive of ours. */
export async function readArchive(input: Readable, folder: string): Promise<void> {
  const archive = extract();
  const feeding = pipeline(input, archive);
  const unpacking = (async () => {
    for await (const entry of archive) {
      const { name, type } = entry.header;
      if (type !== 'file') {
        entry.resume();
        continue;
      }
      const file = join(folder, within(name));
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await pipeline(entry, createWriteStream(file, { mode: 0o600 }));
    }
  })();
  try {
    await Promise.all([feeding, unpacking]);
  } catch (cause) {
    if (cause instanceof DaoyuError) throw cause;
    const message = `the archive cannot be read: ${(cause as Error).message}. Was it cut off, or compressed? (gunzip -c FILE | daoyu restore -)`;
    throw new DaoyuError('BACKUP_DAMAGED', message, { cause });
  }
}

/** A foreign archive must not write outside the folder. */
function within(name: string): string {
  const path = normalize(name);
  if (!path.startsWith('..') && !path.startsWith(sep)) return path;
  throw new DaoyuError(
    'BACKUP_DAMAGED',
    `the archive holds ${name}, which lies outside the folder: it is not a backup of daoyu`,
  );
}
