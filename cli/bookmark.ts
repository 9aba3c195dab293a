/** Where an interrupted replay continues: one small file for each job. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../app/data-folder.ts';
import { isObject } from '../base/json.ts';
import { readJson, writeWhole } from '../base/whole-file.ts';

export interface Place {
  /** The last acknowledged row. */
  readonly row: number;
  readonly shiftMs: number;
}

export interface Bookmark {
  /** Undefined where nothing was begun. Throws `STORAGE_DAMAGED`. */
  read(): Place | undefined;
  write(place: Place): void;
  clear(): void;
}

/** The same job, whatever it consists of, has the same bookmark. */
export function openBookmark(dataDir: string, job: unknown): Bookmark {
  const folder = join(dataDir, 'replays');
  const file = join(folder, `${createHash('sha256').update(JSON.stringify(job)).digest('hex').slice(0, 16)}.json`);
  return {
    read: () => readJson(file, { isValid: isPlace, cure: 'Start over with --restart, or remove the file.' }),
    write(place) {
      makeFolder(folder);
      writeWhole(file, JSON.stringify(place));
    },
    clear: () => rmSync(file, { force: true }),
  };
}

const isPlace = (value: unknown): value is Place =>
  isObject(value) && Number.isSafeInteger(value.row) && Number.isFinite(value.shiftMs);
