/** A real nats-server with JetStream for one test: free ports, a temporary folder, each write synced; killed, paused and started again on demand. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../kill/spawn-platform.ts';
import { requireOrSkip } from '../require.ts';
import { natsProgram } from './nats-program.ts';

export interface NatsServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number | undefined;
  /** Where `/varz` and `/healthz` are. */
  readonly monitorUrl: string;
  /** Ends it at once, or in order with SIGTERM; the files stay. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** The same files and ports again. Resolves when it serves. */
  start(): Promise<void>;
  /** Freezes it, as a stalled disk or a stolen CPU would; `resume` ends that. */
  pause(): Promise<void>;
  resume(): void;
}

export interface NatsOptions {
  /** Lines of the server's configuration beside the ports; without `jetstream` in them, JetStream is on and syncs each write. */
  readonly configuration?: string;
  /** Whether it begins at once; default true. */
  readonly isStarted?: boolean;
}

/** Whether there is a server that can sync each write; said loudly when not, an error when everything is required. */
export function hasNats(): boolean {
  return requireOrSkip('nats-server 2.10.27 or newer', isNewEnough());
}

function isNewEnough(): boolean {
  try {
    const [, major, minor, patch] = /v(\d+)\.(\d+)\.(\d+)/.exec(execFileSync(natsProgram, ['-v']).toString()) ?? [];
    return Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch) >= 2_010_027;
  } catch {
    return false;
  }
}

/** Ends with the test. */
export async function startNats({ configuration = '', isStarted = true }: NatsOptions = {}): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-nats-'));
  const [port, monitorPort] = [await freePort(), await freePort()];
  const monitorUrl = `http://127.0.0.1:${monitorPort}`;
  const file = join(folder, 'nats.conf');
  const store = `jetstream { store_dir: "${join(folder, 'jetstream')}", sync_interval: always }`;
  const lines = [
    `listen: 127.0.0.1:${port}`,
    `http: 127.0.0.1:${monitorPort}`,
    configuration.includes('jetstream') ? '' : store,
    configuration.replaceAll('FOLDER', folder),
  ];
  writeFileSync(file, lines.join('\n'));
  let child: ChildProcess | undefined;

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const current = child;
    if (current === undefined) return;
    child = undefined;
    if (current.exitCode !== null || current.signalCode !== null) return;
    const exited = once(current, 'exit');
    current.kill(signal);
    await exited;
  }

  async function start(): Promise<void> {
    const started = spawn(natsProgram, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    let said = '';
    started.stderr?.on('data', (text) => {
      said = `${said}${text}`.slice(-4000);
    });
    for (;;) {
      if (started.exitCode !== null) throw new Error(`nats-server ended with ${started.exitCode}: ${said}`);
      const health = await fetch(`${monitorUrl}/healthz`).catch(() => undefined);
      await health?.arrayBuffer();
      if (health?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  onTestFinished(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  if (isStarted) await start();
  return {
    url: `nats://127.0.0.1:${port}?monitor=${monitorUrl}`,
    port,
    get pid() {
      return child?.pid;
    },
    monitorUrl,
    kill,
    start,
    async pause() {
      child?.kill('SIGSTOP');
      // The signal takes its time to reach every thread.
      while (!/^State:\s+T/m.test(readFileSync(`/proc/${child?.pid}/status`, 'utf8'))) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    resume: () => void child?.kill('SIGCONT'),
  };
}
