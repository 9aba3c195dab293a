/** Opens LMDB so that a resolved write is on disk, and translates its errors; the only file that imports it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { DiskSpace } from '../base/disk-space.ts';
import { codeOf, DaoyuError } from '../base/errors.ts';
import { damageOf } from './lmdb-check.ts';

export type Table<K extends string | number, V extends string | Buffer = string> = Database<V, K>;

/** Puts a value, or removes the key when there is none. */
export type Put = <K extends string | number, V extends string | Buffer>(
  table: Table<K, V>,
  key: K,
  value: V | undefined,
) => void;

export interface Environment {
  /** A named table of strings; numbers sort by value, strings by code point. */
  table<K extends string | number>(name: string): Table<K>;
  /** The same of bytes. */
  bytesTable<K extends string | number>(name: string): Table<K, Buffer>;
  /** All puts of `write` commit together; resolves when they are fsynced. Rejects with `DISK_FULL` or `STORAGE_FAILED`; nothing is kept then. */
  commit(write: (put: Put) => void): Promise<void>;
  /** A consistent copy of the file as `folder/data.mdb`, on another thread while writing goes on; free pages stay behind. */
  copyTo(folder: string): Promise<void>;
  close(): Promise<void>;
}

/** Throws `STORAGE_DAMAGED` when the file is not what it was, `STORAGE_FAILED` when it cannot be opened. */
export function openEnvironment(folder: string, space?: DiskSpace): Environment {
  let root: RootDatabase<string | Buffer, string | number>;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    checkFile(folder);
    root = open<string | Buffer, string | number>({
      path: folder,
      maxDbs: 8,
      encoding: 'string',
      // By default a write resolves before its fsync ("overlapping sync"): a PUBACK would then promise too much.
      overlappingSync: false,
      // Its batch of an event turn has a promise of its own that nobody can hold: one failed write would end the process.
      eventTurnBatching: false,
      // Not `useWritemap`: with it a full disk is a SIGBUS instead of an error.
    });
  } catch (error) {
    if (error instanceof DaoyuError) throw error;
    throw translate(error, folder);
  }
  return {
    table: <K extends string | number>(name: string) => root.openDB<string, K>({ name, encoding: 'string' }),
    bytesTable: <K extends string | number>(name: string) => root.openDB<Buffer, K>({ name, encoding: 'binary' }),
    async commit(write) {
      space?.check();
      const writes: Promise<boolean>[] = [];
      try {
        await root.batch(() =>
          write((table, key, value) => {
            const written = value === undefined ? table.remove(key) : table.put(key, value);
            written.catch(forgive);
            writes.push(written);
          }),
        );
        await Promise.all(writes);
      } catch (error) {
        forgive(error);
        await Promise.allSettled(writes);
        throw translate(error, folder, await reasonOf(error));
      }
    },
    async copyTo(target) {
      mkdirSync(target, { recursive: true, mode: 0o700 });
      await root.backup(target, true).catch((error: unknown) => {
        throw translate(error, target);
      });
    },
    async close() {
      await root.close();
    },
  };
}

function checkFile(folder: string): void {
  const file = join(folder, 'data.mdb');
  const damage = damageOf(file);
  if (damage === undefined) return;
  throw new DaoyuError(
    'STORAGE_DAMAGED',
    `${file} is damaged: ${damage}. Nothing was changed. Restore the folder ${folder} from a backup; without one, move it away and start anew: what was in it alone is lost.`,
  );
}

/** Each write of a failed commit rejects, and so does the promise inside that says why: the commit's own answer is enough. */
function forgive(error: unknown): void {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return;
  Promise.resolve(error.commitError).catch(() => {});
}

/** LMDB reports a full disk as ENOSPC or as its own MDB_MAP_FULL, sometimes only wrapped in a commit error. */
function translate(error: unknown, folder: string, reason = textOf(error)): DaoyuError {
  if (/ENOSPC|No space|MAP_FULL|mapsize/i.test(`${codeOf(error)} ${reason}`)) {
    return new DaoyuError(
      'DISK_FULL',
      `no space is left on the disk of ${folder}: make room, intake goes on by itself`,
      { cause: error },
    );
  }
  return new DaoyuError('STORAGE_FAILED', `the files in ${folder} cannot be written or read: ${reason}`, {
    cause: error,
  });
}

/** What a failed commit failed of: LMDB gives a promise that rejects with it. */
async function reasonOf(error: unknown): Promise<string> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return textOf(error);
  // It may never settle, when the failure was none of writing.
  const late = new Promise<unknown>((resolve) => setTimeout(() => resolve(error), 100));
  return textOf(await Promise.race([Promise.resolve(error.commitError).catch((why: unknown) => why), late]));
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
