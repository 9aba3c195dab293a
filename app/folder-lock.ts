/** One process at a time in a data folder, by a lock that the kernel keeps: it is released on death, and works across containers with their own process ids. */
import { randomBytes } from 'node:crypto';
import { closeSync, linkSync, openSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { codeOf } from '../base/errors.ts';

export interface FolderLock {
  close(): void;
}

export type Attempt =
  | { readonly lock: FolderLock }
  /** Another process holds it; its description, empty if it is too busy to answer. */
  | { readonly heldBy: string }
  /** The file system or operating system has no Unix sockets. */
  | { readonly unsupported: string };

/** `sun_path` of Linux, without its closing zero; macOS has four bytes less. */
const MAX_PATH_BYTES = 103;
const NAME = /^process\.(\d+)\.sock$/;
const TEMPORARY = /^process\.\d+-[0-9a-f]+\.new$/;
const ATTEMPTS = 20;
const ANSWER_WITHIN_MS = 300;

/**
 * The holder listens on `process.N.sock`; the highest N counts. To take over from a dead holder is to create N + 1, which only one process can do. A
 * holder leaves its socket behind on exit and removes only lower ones, so numbers are never reused: a process that finds a higher one after creating
 * its own was late, and starts again. Other machines on a network file system are not seen.
 */
export async function lockFolder(folder: string, whoAmI: string): Promise<Attempt> {
  const listening = await listen(folder, whoAmI);
  if ('unsupported' in listening) return listening;
  const { reach, temporary, release } = listening;
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const highest = Math.max(0, ...numbers(folder));
      const heldBy = highest > 0 ? await ask(reach(nameOf(highest))) : undefined;
      if (heldBy !== undefined) {
        release();
        return { heldBy };
      }
      const mine = highest + 1;
      if (!link(temporary, join(folder, nameOf(mine)))) continue;
      const all = numbers(folder);
      if (Math.max(...all) > mine) {
        rmSync(join(folder, nameOf(mine)), { force: true });
        continue;
      }
      for (const lower of all) if (lower < mine) rmSync(join(folder, nameOf(lower)), { force: true });
      rmSync(temporary, { force: true });
      await removeLeftOvers(folder, reach);
      return { lock: { close: release } };
    }
    release();
    return { heldBy: '' };
  } catch (error) {
    release();
    // A file system that supports sockets but no links to them.
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error)))
      return { unsupported: codeOf(error) };
    throw error;
  }
}

/** Sockets of processes that died before they had a number. */
async function removeLeftOvers(folder: string, reach: Listening['reach']): Promise<void> {
  for (const name of readdirSync(folder)) {
    if (TEMPORARY.test(name) && (await ask(reach(name))) === undefined) rmSync(join(folder, name), { force: true });
  }
}

const nameOf = (number: number) => `process.${number}.sock`;

function numbers(folder: string): readonly number[] {
  return readdirSync(folder).flatMap((name) => {
    const [, digits] = NAME.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}

interface Listening {
  /** The address of a socket in the folder, short enough for the kernel. */
  reach(name: string): string;
  /** Already listening here, so that a link to it never appears before it answers. */
  readonly temporary: string;
  release(): void;
}

async function listen(folder: string, whoAmI: string): Promise<Listening | { readonly unsupported: string }> {
  const name = `process.${process.pid}-${randomBytes(6).toString('hex')}.new`;
  const temporary = join(folder, name);
  const isLong = Buffer.byteLength(temporary) > MAX_PATH_BYTES;
  if (process.platform === 'win32' || (isLong && process.platform !== 'linux'))
    return { unsupported: 'the path is too long for a socket' };
  // Below its own descriptor the folder has a short name.
  const descriptor = isLong ? openSync(folder, 'r') : undefined;
  const reach = (file: string) =>
    descriptor === undefined ? join(folder, file) : `/proc/self/fd/${descriptor}/${file}`;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(whoAmI);
  });
  const release = () => {
    server.close();
    if (descriptor !== undefined) closeSync(descriptor);
    rmSync(temporary, { force: true });
  };
  try {
    await opened(server, reach(name));
  } catch (error) {
    release();
    if (['EACCES', 'ENOSPC', 'EROFS', 'EDQUOT'].includes(codeOf(error))) throw error;
    return { unsupported: codeOf(error) };
  }
  server.unref();
  return { reach, temporary, release };
}

function opened(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
}

/** Undefined: nobody is listening. On any other error somebody may be. */
function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(path);
    const end = (result: string | undefined) => {
      clearTimeout(patience);
      socket.destroy();
      resolve(result);
    };
    const patience = setTimeout(() => end(answer), ANSWER_WITHIN_MS);
    socket.on('data', (piece) => {
      answer += String(piece);
    });
    socket.on('end', () => end(answer));
    socket.on('error', (error) => end(['ECONNREFUSED', 'ENOENT'].includes(codeOf(error)) ? undefined : answer));
  });
}

/** False: the name is taken, or a holder has removed ours as a leftover. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(codeOf(error))) return false;
    throw error;
  }
}
