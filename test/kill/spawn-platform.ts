/** Starts the platform in its own process on given ports and folder; ends it by kill -9 or in order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { compiled } from '../started-process.ts';

export interface PlatformProcess {
  readonly http: string;
  readonly mqtt: string;
  readonly token: string;
  readonly process: ChildProcess;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

const script = compiled('test/kill/platform-process.ts');

export async function spawnPlatform(environment: Readonly<Record<string, string>>): Promise<PlatformProcess> {
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, DAOYU_WS_PORT: 'off', DAOYU_HTTP_PORT: '0', DAOYU_DEMO: 'yes', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(([code]) => {
      throw new Error(`the platform ended with ${code} before it was up`);
    }),
  ])) as [string];
  const { urls, token } = JSON.parse(line) as { urls: { http: string; mqtt: { mqtt: string } }; token: string };
  return {
    http: urls.http,
    mqtt: urls.mqtt.mqtt,
    token,
    process: child,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await exited;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
