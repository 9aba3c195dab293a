/** A real mosquitto for one test: free port, temporary folder, everything kept over a restart and no limit on what it queues; killed and started again on demand. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../kill/spawn-platform.ts';
import { hasProgram, requireOrSkip } from '../require.ts';

export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** The same files and port again. */
  start(): Promise<void>;
}

export const hasMosquitto = () => requireOrSkip('mosquitto', hasProgram('mosquitto'));

/** Open to everybody, or, with users, to those only. */
export async function startMosquitto(users: Readonly<Record<string, string>> = {}): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-mosquitto-'));
  const port = await freePort();
  const passwords = join(folder, 'passwords');
  writeFileSync(passwords, '', { mode: 0o600 });
  for (const [name, password] of Object.entries(users))
    execFileSync('mosquitto_passwd', ['-b', passwords, name, password]);
  const isOpen = Object.keys(users).length === 0;
  const lines = [
    `listener ${port} 127.0.0.1`,
    isOpen ? 'allow_anonymous true' : `password_file ${passwords}`,
    'persistence true',
    `persistence_location ${folder}/`,
    // What docs/bridge.md asks for: the default of 1000 drops what comes beyond while a bridge is away.
    'max_queued_messages 0',
    'max_inflight_messages 1000',
    // Started by root it would change to a user that cannot read the folder.
    'user root',
  ];
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, lines.join('\n'));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn('mosquitto', ['-c', file], { stdio: 'ignore' });
    while (!(await isListening(port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const current = child;
    child = undefined;
    if (current === undefined || current.exitCode !== null) return;
    const exited = once(current, 'exit');
    current.kill(signal);
    await exited;
  }

  onTestFinished(async () => {
    await stop('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return { url: `mqtt://127.0.0.1:${port}`, port, stop, start };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
