/**
 * A socket in the data folder through which the command line reaches the running platform. Access to the folder gives access to it: no port, no
 * token. One request per connection, one line of JSON each way, with progress lines before the answer.
 */
import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { codeOf, DaoyuError } from '../../base/errors.ts';

const NAME = 'control.sock';
/** `sun_path` of macOS, the shorter one, without its closing zero. */
const MAX_PATH_BYTES = 103;
const MAX_REQUEST_BYTES = 64 * 1024;

export interface BackupRequest {
  readonly backup: { readonly target: string };
}

type Answer =
  | { readonly progress: string }
  | { readonly done: unknown }
  | { readonly error: { readonly code: string; readonly message: string } };

export interface ControlOptions {
  readonly folder: string;
  readonly backup: (target: string, onProgress: (what: string) => void) => Promise<unknown>;
  readonly log: { warn(fields: object, message: string): void };
}

/** Without sockets, backups need the platform stopped; it logs that and continues. */
export async function openControl({ folder, backup, log }: ControlOptions): Promise<{ close(): Promise<void> }> {
  const address = addressIn(folder);
  let running: Promise<void> | undefined;

  async function answer(socket: Socket): Promise<void> {
    const say = (line: Answer) => void (socket.writable && socket.write(`${JSON.stringify(line)}\n`));
    try {
      const { target } = parseRequest(await firstLine(socket)).backup;
      if (running !== undefined) throw new DaoyuError('BACKUP_UNDER_WAY', 'another backup is being made: wait for it');
      const work = backup(target, (progress) => say({ progress })).finally(() => {
        running = undefined;
      });
      running = work.then(ignore, ignore);
      say({ done: await work });
    } catch (error) {
      say({ error: { code: codeOf(error), message: error instanceof Error ? error.message : String(error) } });
    }
    socket.end();
  }

  const server = createServer((socket) => {
    // The command was stopped meanwhile: its backup ends without a manifest.
    socket.on('error', () => {});
    void answer(socket);
  });
  // The folder is locked by us: any socket in it was left by a process that died.
  rmSync(join(folder, NAME), { force: true });
  await new Promise<void>((resolve) => {
    server.once('error', (error) => {
      log.warn({ code: codeOf(error) }, 'no control socket can be made: stop the platform before a backup');
      resolve();
    });
    server.listen(address.path, () => {
      chmodSync(join(folder, NAME), 0o600);
      resolve();
    });
  });
  return {
    async close() {
      server.close();
      address.close();
      rmSync(join(folder, NAME), { force: true });
      await running;
    },
  };
}

/** Undefined: no platform runs on the folder. Rejects with the platform's error. */
export async function askForBackup(
  folder: string,
  target: string,
  onProgress: (what: string) => void,
): Promise<unknown> {
  const address = addressIn(folder);
  const socket = connect(address.path);
  try {
    if (!(await isConnected(socket))) return undefined;
    socket.write(`${JSON.stringify({ backup: { target } } satisfies BackupRequest)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const answer = JSON.parse(line) as Answer;
      if ('progress' in answer) onProgress(answer.progress);
      else if ('done' in answer) return answer.done;
      else throw new DaoyuError(answer.error.code, answer.error.message);
    }
    throw new DaoyuError('BACKUP_INCOMPLETE', 'the platform ended before the backup was complete: run it again');
  } finally {
    socket.destroy();
    address.close();
  }
}

function isConnected(socket: Socket): Promise<boolean> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', (error) => {
      if (['ENOENT', 'ECONNREFUSED'].includes(codeOf(error))) resolve(false);
      else reject(error);
    });
  });
}

async function firstLine(socket: Socket): Promise<string> {
  let text = '';
  for await (const piece of socket.iterator({ destroyOnReturn: false })) {
    text += String(piece);
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
    if (text.length > MAX_REQUEST_BYTES) break;
  }
  throw new DaoyuError('REQUEST_INVALID', 'a request is one line of JSON');
}

function parseRequest(line: string): BackupRequest {
  try {
    const request = JSON.parse(line) as Partial<BackupRequest>;
    if (typeof request.backup?.target === 'string') return { backup: request.backup };
  } catch {
    // Said below.
  }
  throw new DaoyuError('REQUEST_INVALID', 'the request must be {"backup":{"target":"/a/folder"}}');
}

/** Below its own descriptor a folder with a long path has a short name (Linux). */
function addressIn(folder: string): { readonly path: string; close(): void } {
  const path = join(folder, NAME);
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${path.replace(/[\\/:]/g, '-')}`, close() {} };
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES || process.platform !== 'linux') return { path, close() {} };
  const descriptor = openSync(folder, 'r');
  return { path: `/proc/self/fd/${descriptor}/${NAME}`, close: () => closeSync(descriptor) };
}

function ignore(): void {}
