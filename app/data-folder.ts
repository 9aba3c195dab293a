/** The data folder of a process: private, locked by one process at a time, with the generated secrets. */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { timestampOf } from '../base/beijing-time.ts';
import { codeOf, DaoyuError } from '../base/errors.ts';
import { readIfThere, readJson, writeWhole } from '../base/whole-file.ts';
import { checkFormat } from './data-format.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';

export interface DataFolder {
  readonly path: string;
  /** Why the kernel cannot keep the lock here; then only processes that see each other's process ids are protected from each other. */
  readonly weakLock?: string;
  /** A secret of this installation, generated at first use, mode 0600. */
  secret(name: string): string;
  /** Stores a copy of a secret that is decided elsewhere, and returns it. */
  adopt(name: string, text: string): string;
  /** JSON beside the secrets, mode 0600. */
  readPrivate<T>(name: string): T | undefined;
  writePrivate(name: string, value: unknown): void;
  removePrivate(name: string): void;
  close(): void;
}

/** Rejects with `DATA_FOLDER_IN_USE` while another process holds it and `DATA_FOLDER_UNUSABLE` when it can't be written. */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const path = resolve(folder);
  const secrets = join(path, 'secrets');
  const holder = join(path, 'process.json');
  let held: Held;
  try {
    makeFolder(secrets);
    held = await hold(holder, path);
    try {
      checkFormat(path);
    } catch (error) {
      letGo(holder, held);
      throw error;
    }
  } catch (error) {
    if (error instanceof DaoyuError) throw error;
    const message = `cannot use the data folder ${path}: ${(error as Error).message}. Set DAOYU_DATA_DIR to a folder this user may write.`;
    throw new DaoyuError('DATA_FOLDER_UNUSABLE', message, { cause: error });
  }

  function readPrivate<T>(name: string): T | undefined {
    const cure = 'Restore it from a backup, or remove it: its contents must then be set again.';
    return readJson(join(secrets, name), { isValid: (value): value is T => value !== undefined, cure });
  }

  function writePrivate(name: string, value: unknown): void {
    writeWhole(join(secrets, name), `${JSON.stringify(value, null, 2)}\n`);
  }

  return {
    path,
    ...(held.weakLock !== undefined && { weakLock: held.weakLock }),
    readPrivate,
    writePrivate,
    removePrivate: (name) => rmSync(join(secrets, name), { force: true }),
    secret(name) {
      const file = join(secrets, name);
      const known = readIfThere(file)?.trim();
      if (known) return known;
      const made = randomBytes(24).toString('base64url');
      writeWhole(file, `${made}\n`);
      return made;
    },
    adopt(name, text) {
      const file = join(secrets, name);
      if (readIfThere(file)?.trim() !== text) writeWhole(file, `${text}\n`);
      return text;
    },
    close: () => letGo(holder, held),
  };
}

/** With its parents, for its owner only. One by one, because Node's recursive mkdir never returns below a folder that cannot hold folders, such as /proc. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process has created it meanwhile.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  /** Absent in files of older versions. */
  readonly host?: string;
  /** Epoch ms. */
  readonly since?: number;
}

interface Held {
  readonly lock?: FolderLock;
  readonly weakLock?: string;
}

function letGo(holder: string, { lock }: Held): void {
  rmSync(holder, { force: true });
  lock?.close();
}

/** `process.json` shows who holds the folder, and protects against processes without another lock. */
async function hold(file: string, folder: string): Promise<Held> {
  const mine = { pid: process.pid, startedAt: startOf(process.pid) ?? '', host: hostname(), since: Date.now() };
  const attempt = await lockFolder(folder, JSON.stringify(mine));
  if ('heldBy' in attempt) throw inUse(folder, parseHolder(attempt.heldBy) ?? parseHolder(readIfThere(file)));
  try {
    writeHolder(file, folder, mine);
  } catch (error) {
    if ('lock' in attempt) attempt.lock.close();
    throw error;
  }
  return 'lock' in attempt ? attempt : { weakLock: attempt.unsupported };
}

/** A process id can be reused after a crash or a reboot, so the start time of the process is stored beside it. */
function writeHolder(file: string, folder: string, mine: Holder): void {
  try {
    writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
    return;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const other = parseHolder(readIfThere(file));
  if (other !== undefined && startOf(other.pid) === other.startedAt) throw inUse(folder, other);
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
}

function inUse(folder: string, holder: Holder | undefined): DaoyuError {
  const { pid, host, since } = holder ?? {};
  const who = [
    pid === undefined ? 'another process' : `process ${pid}`,
    ...(host === undefined ? [] : [`on ${host}`]),
    ...(since === undefined ? [] : [`since ${timestampOf(since)} Beijing time`]),
  ].join(' ');
  const message = `the data folder ${folder} is in use by ${who}. Stop it, or set another DAOYU_DATA_DIR for this one.`;
  return new DaoyuError('DATA_FOLDER_IN_USE', message);
}

function parseHolder(content: string | undefined): Holder | undefined {
  try {
    return content === undefined ? undefined : (JSON.parse(content) as Holder);
  } catch {
    return undefined; // Truncated, by a crash during the write or because its holder was too busy to answer.
  }
}

/** Start time of a process in kernel units; undefined if there is none. Without /proc, being alive must do. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return undefined;
  }
  const stat = readIfThere(`/proc/${pid}/stat`);
  // Field 22 of proc(5) is the start time; the command name before it may contain blanks, so count after its closing bracket.
  return stat === undefined ? 'alive' : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'alive');
}
