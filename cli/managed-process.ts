/** Runs a server as a child process: starts it, waits until it is ready, shows its last output if it dies, stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf, DaoyuError } from '../base/errors.ts';

export interface ManagedProcessOptions {
  /** The program on the path, and the package of Debian that has it. */
  readonly program: string;
  readonly package: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** File for its output. */
  readonly logFile: string;
  /** Whether it serves. */
  readonly isReady: () => Promise<boolean>;
  readonly withinMs?: number;
}

export interface ManagedProcess {
  readonly pid: number | undefined;
  /** Resolves with a sentence if it ends by itself. */
  readonly died: Promise<string>;
  close(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 15_000;

/** Rejects with `PROGRAM_MISSING` if it is not installed, `PROGRAM_FAILED` if it does not start. */
export async function startManagedProcess(options: ManagedProcessOptions): Promise<ManagedProcess> {
  const { program, logFile, isReady, withinMs = READY_WITHIN_MS } = options;
  const output = openSync(logFile, 'a', 0o600);
  // In its own process group, so that Ctrl-C reaches only us and we stop everything in the right order.
  const child = spawn(program, options.arguments, {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  let isClosing = false;
  const ended = exitOf(child);
  // If we end abruptly (a second Ctrl-C), no child must stay behind and hold the ports.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  void ended.finally(() => process.off('exit', killAtExit));
  const died = ended.then((how) =>
    isClosing ? new Promise<string>(() => {}) : `${program} ended (${how}); ${logFile} says: ${lastLines(logFile)}`,
  );

  async function close(): Promise<void> {
    isClosing = true;
    child.kill('SIGTERM');
    const isOver = await Promise.race([ended.then(() => true), wait(STOP_WITHIN_MS, false, { ref: false })]);
    if (!isOver) child.kill('SIGKILL');
    await ended;
  }

  try {
    await Promise.race([
      once(child, 'spawn').then(() =>
        untilReady(isReady, withinMs, `${program} did not serve within ${withinMs / 1000} s; see ${logFile}`),
      ),
      died.then((why) => {
        throw new DaoyuError('PROGRAM_FAILED', why);
      }),
    ]);
    return { pid: child.pid, died, close };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      const message = `${program} is not installed: \`apt-get install ${options.package}\`, or see docs/nats.md`;
      throw new DaoyuError('PROGRAM_MISSING', message, { cause: error });
    }
    await close();
    throw error;
  }
}

/** A port of the loopback: the one asked for, or a free one for 0. Rejects with `PORT_TAKEN`. */
export async function reservePort(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new DaoyuError(
      'PORT_TAKEN',
      `port ${port} of this machine is taken: stop what listens there, or give another`,
      { cause },
    );
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function exitOf(child: ChildProcess): Promise<string> {
  const [code, signal] = await once(child, 'exit').catch((error: unknown) => [codeOf(error), null]);
  return signal === null ? `code ${code}` : `signal ${signal}`;
}

async function untilReady(isReady: () => Promise<boolean>, withinMs: number, otherwise: string): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isReady().catch(() => false))) {
    if (performance.now() > deadline) throw new DaoyuError('PROGRAM_FAILED', otherwise);
    await wait(50);
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' / ');
}
