/** The format marker of a data folder, read before anything in it is opened: the version of its layout, and whether a restore into it was interrupted. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DaoyuError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { readJson, writeWhole } from '../base/whole-file.ts';
import { programVersion } from './version.ts';

/** Version of log, state and secrets together; the store's file has its own. Increases when an older program would misread the folder. */
export const DATA_FORMAT = 1;
export const RESTORE_MARK = 'restore.unfinished';
const FILE = 'format.json';
/** Writing it is safe only as long as there is one format. */
const CURE = `Write {"format":${DATA_FORMAT}} to it if no newer daoyu ever ran on the folder.`;

interface Format {
  readonly format: number;
  readonly writtenBy?: string;
}

/** Throws `DATA_FOLDER_NEWER`, `RESTORE_UNFINISHED` or `STORAGE_DAMAGED`; writes the version into a folder that has none. */
export function checkFormat(folder: string): void {
  if (existsSync(join(folder, RESTORE_MARK)))
    throw new DaoyuError(
      'RESTORE_UNFINISHED',
      `a restore into ${folder} was interrupted, so the folder holds only part of the backup: empty it and run \`daoyu restore\` again`,
    );
  const file = join(folder, FILE);
  const known = readJson(file, { isValid: isFormat, cure: CURE });
  if (known === undefined) {
    const mine: Format = { format: DATA_FORMAT, writtenBy: programVersion() };
    writeWhole(file, `${JSON.stringify(mine)}\n`);
    return;
  }
  if (known.format > DATA_FORMAT) throw newer(folder, known.format, String(known.writtenBy));
}

const isFormat = (value: unknown): value is Format => isObject(value) && typeof value.format === 'number';

export function newer(what: string, format: number, writtenBy: string): DaoyuError {
  return new DaoyuError(
    'DATA_FOLDER_NEWER',
    `${what} was written by a newer daoyu (${writtenBy}, format ${format}; this one, ${programVersion()}, reads up to ${DATA_FORMAT}): start that version, or restore a backup made with this one. Nothing was changed`,
  );
}
