/** What the ingest bench holds the platform against in the same run: brokers that keep nothing, unchanged from release to release. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { reservePort } from '../cli/managed-process.ts';
import { startChild } from './child.ts';

/** Takes everybody, with whatever password. */
export interface Reference {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The MQTT library that we build on, as it is: acknowledges, and does nothing. */
export async function startAedes(): Promise<Reference> {
  const child = startChild('aedes-process');
  const [port] = (await once(child, 'message')) as [number];
  return { name: 'aedes 1.2', port, pid: child.pid ?? 0, stop: () => ended(child) };
}

/** Acknowledges from memory. Undefined where it is not installed. */
export async function startMosquitto(): Promise<Reference | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-bench-mosquitto-'));
  const port = await reservePort(0);
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_inflight_messages 0\n`);
  const child = spawn('mosquitto', ['-c', file], { stdio: 'ignore' });
  const isAbsent = await Promise.race([once(child, 'error').then(() => true), listening(port).then(() => false)]);
  const clean = () => rmSync(folder, { recursive: true, force: true });
  if (isAbsent) {
    clean();
    return undefined;
  }
  return { name: 'mosquitto', port, pid: child.pid ?? 0, stop: () => ended(child).finally(clean) };
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' });
    const isOpen = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
    ]);
    socket.destroy();
    if (isOpen) return;
    await wait(50);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill();
  await once(child, 'exit');
}
