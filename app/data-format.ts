/** The format marker of a data folder, read before anything in it is opened: the version of its layout, and whether a restore into it was interrupted. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaoyuError } from '../base/errors.ts';
import { programVersion } from './version.ts';

/** Version of log, state and secrets together; the store's file has its own. Increases when an older program would misread the folder. */
export const DATA_FORMAT = 1;
export const RESTORE_MARK = 'restore.unfinished';
const FILE = 'format.json';

interface Format {
  readonly format: number;
  readonly writtenBy: string;
}

/** Throws `DATA_FOLDER_NEWER` or `RESTORE_UNFINISHED`; writes the version into a folder that has none. */
export function checkFormat(folder: string): void {
  if (existsSync(join(folder, RESTORE_MARK)))
    throw new DaoyuError(
      'RESTORE_UNFINISHED',
      `a restore into ${folder} was interrupted, so the folder holds only part of the backup: empty it and run \`daoyu restore\` again`,
    );
  const file = join(folder, FILE);
  if (!existsSync(file)) {
    const mine: Format = { format: DATA_FORMAT, writtenBy: programVersion() };
    writeFileSync(file, `${JSON.stringify(mine)}\n`, { mode: 0o600, flush: true });
    return;
  }
  const { format, writtenBy } = parse(file);
  if (format > DATA_FORMAT) throw newer(folder, format, writtenBy);
}

export function newer(what: string, format: number, writtenBy: string): DaoyuError {
  return new DaoyuError(
    'DATA_FOLDER_NEWER',
    `${what} was written by a newer daoyu (${writtenBy}, format ${format}; this one, ${programVersion()}, reads up to ${DATA_FORMAT}): start that version, or restore a backup made with this one. Nothing was changed`,
  );
}

function parse(file: string): Format {
  try {
    const { format, writtenBy } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Format>;
    if (typeof format === 'number') return { format, writtenBy: String(writtenBy) };
  } catch (cause) {
    throw damaged(file, cause);
  }
  throw damaged(file);
}

/** Removing the file is safe only as long as there is one format. */
function damaged(file: string, cause?: unknown): DaoyuError {
  const message = `${file} is damaged: it does not name the format of the folder. Write {"format":${DATA_FORMAT}} to it if no newer daoyu ever ran on the folder`;
  return new DaoyuError('STORAGE_DAMAGED', message, { cause });
}
