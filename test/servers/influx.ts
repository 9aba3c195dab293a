/** A real influxd 1.x for one test: free ports, a temporary folder, each write synced; killed, paused and started again on demand. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../kill/spawn-platform.ts';
import { hasProgram, requireOrSkip } from '../require.ts';

export interface InfluxServer {
  /** `http://127.0.0.1:port` */
  readonly http: string;
  /** The setting of daoyu: `influxdb://127.0.0.1:port?db=…`. */
  url(database?: string, login?: string): string;
  readonly pid: number | undefined;
  /** Ends it at once, or in order with SIGTERM; the files stay. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** The same files and ports again. Resolves when it serves. */
  start(): Promise<void>;
  /** Freezes it, as a stalled disk or a stolen CPU would; `resume` ends that. */
  pause(): void;
  resume(): void;
  /** The answer of `/query`, as an operator would ask. */
  ask(query: string, login?: string): Promise<unknown>;
  /** Line protocol with times in ms, as somebody else would write it. */
  write(lines: string, database?: string): Promise<void>;
}

export interface InfluxOptions {
  readonly folder?: string;
  /** Asks every request for a user and password. */
  readonly needsLogin?: boolean;
  /** Whether it begins at once; default true. */
  readonly isStarted?: boolean;
  /** Bytes of the largest write it takes; above it answers 413. */
  readonly maxBodyBytes?: number;
}

/** Whether there is a server; said loudly when not, an error when everything is required. */
export function hasInflux(): boolean {
  return requireOrSkip('influxd', hasProgram('influxd'));
}

/** Ends with the test. */
export async function startInflux(options: InfluxOptions = {}): Promise<InfluxServer> {
  const server = await openInflux(options);
  onTestFinished(() => server.close());
  return server;
}

/** The same outside of a test; the caller closes it. */
export async function openInflux(options: InfluxOptions = {}): Promise<InfluxServer & { close(): Promise<void> }> {
  const { needsLogin = false, isStarted = true, maxBodyBytes = 25_000_000 } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'daoyu-influx-'));
  const [port, rpcPort] = [await freePort(), await freePort()];
  const http = `http://127.0.0.1:${port}`;
  const file = join(folder, 'influxdb.conf');
  writeFileSync(file, configuration({ folder, port, rpcPort, needsLogin, maxBodyBytes }));
  let child: ChildProcess | undefined;

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const current = child;
    child = undefined;
    if (current === undefined || current.exitCode !== null || current.signalCode !== null) return;
    const exited = once(current, 'exit');
    current.kill(signal);
    await exited;
  }

  async function start(): Promise<void> {
    const started = spawn('influxd', ['run', '-config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    let said = '';
    started.stderr?.on('data', (text) => {
      said = `${said}${text}`.slice(-4000);
    });
    for (;;) {
      if (started.exitCode !== null) throw new Error(`influxd ended with ${started.exitCode}: ${said}`);
      if (child !== started) throw new Error('influxd was ended before it served');
      const answer = await fetch(`${http}/ping`).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function ask(query: string, login?: string): Promise<unknown> {
    const answer = await fetch(`${http}/query?epoch=ms`, {
      method: 'POST',
      body: new URLSearchParams({ q: query }),
      ...(login !== undefined && { headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` } }),
    });
    return await answer.json();
  }

  if (isStarted) await start();
  return {
    http,
    url: (database = 'daoyu', login = '') =>
      `influxdb://${login === '' ? '' : `${login}@`}127.0.0.1:${port}?db=${database}`,
    get pid() {
      return child?.pid;
    },
    kill,
    start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    ask,
    async write(lines, database = 'daoyu') {
      const answer = await fetch(`${http}/write?db=${database}&precision=ms`, { method: 'POST', body: lines });
      if (!answer.ok) throw new Error(`influxd answered ${answer.status}: ${await answer.text()}`);
    },
    async close() {
      await kill();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(of: {
  readonly folder: string;
  readonly port: number;
  readonly rpcPort: number;
  readonly needsLogin: boolean;
  readonly maxBodyBytes: number;
}): string {
  const { folder, port, rpcPort, needsLogin, maxBodyBytes } = of;
  return `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  wal-fsync-delay = "0s"
  query-log-enabled = false
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${needsLogin}
  log-enabled = false
  max-body-size = ${maxBodyBytes}
[continuous_queries]
  enabled = false
`;
}
