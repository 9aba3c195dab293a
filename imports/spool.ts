/** Keeps a file that is sent while it is imported: a workbook is read from its end, and whoever sends need not wait for the import. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DaoyuError } from '../base/errors.ts';

export interface Spool {
  /** Path of the file, complete. Throws `IMPORT_TOO_LARGE`; then nothing is left. */
  keep(bytes: AsyncIterable<Uint8Array>): Promise<string>;
  remove(file: string): Promise<void>;
}

export const MAX_FILE_BYTES = 512 * 1024 * 1024;

/** What an earlier process left in the folder is removed with the first file. */
export function createSpool(folder: string, maxBytes = MAX_FILE_BYTES): Spool {
  let ready: Promise<unknown> | undefined;
  const remove = (file: string) => rm(file, { force: true });

  async function* bounded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > maxBytes)
        throw new DaoyuError(
          'IMPORT_TOO_LARGE',
          `the file is larger than ${maxBytes / 1_048_576} MB: import it in parts`,
        );
      yield chunk;
    }
  }

  return {
    async keep(bytes) {
      ready ??= rm(folder, { recursive: true, force: true }).then(() =>
        mkdir(folder, { recursive: true, mode: 0o700 }),
      );
      await ready;
      const file = join(folder, randomUUID());
      try {
        await pipeline(bounded(bytes), createWriteStream(file, { mode: 0o600 }));
        return file;
      } catch (error) {
        await remove(file);
        throw error;
      }
    },
    remove,
  };
}
