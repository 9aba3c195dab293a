/** Three real NATS servers with the configuration of deploy/cluster, on free ports of the loopback, without Docker. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freePort } from '../kill/spawn-platform.ts';
import { natsProgram } from './nats-program.ts';

export interface NatsCluster {
  /** The setting of daoyu: all three, with their monitoring ports. */
  readonly url: string;
  /** Ends one at once; its files stay. */
  kill(name: string): Promise<void>;
  start(name: string): Promise<void>;
}

interface Member {
  readonly name: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly clusterPort: number;
}

const configuration = fileURLToPath(new URL('../../deploy/cluster/nats.conf', import.meta.url));

/** Ends with the test. Resolves when all three serve and have a leader. */
export async function startNatsCluster(): Promise<NatsCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-cluster-'));
  const members: Member[] = [];
  for (const name of ['nats-1', 'nats-2', 'nats-3']) {
    members.push({ name, port: await freePort(), monitorPort: await freePort(), clusterPort: await freePort() });
  }
  const children = new Map<string, ChildProcess>();
  const routes = members.map(({ clusterPort }) => `nats://route:secret@127.0.0.1:${clusterPort}`);

  function launch({ name, port, monitorPort, clusterPort }: Member): void {
    const listen = ['-a', '127.0.0.1', '-p', `${port}`, '-m', `${monitorPort}`];
    const cluster = ['--cluster', `nats://route:secret@127.0.0.1:${clusterPort}`];
    const child = spawn(natsProgram, ['-c', configuration, ...listen, ...cluster], {
      stdio: 'ignore',
      env: {
        ...process.env,
        NATS_NAME: name,
        NATS_STORE: `"${join(folder, name)}"`,
        NATS_MAX_STORE: '1GB',
        NATS_PASSWORD: 'secret',
        NATS_CLUSTER_PASSWORD: 'secret',
        NATS_ROUTES: `[${routes.join(', ')}]`,
      },
    });
    children.set(name, child);
  }

  async function untilHealthy({ name, monitorPort }: Member): Promise<void> {
    for (;;) {
      const child = children.get(name);
      if (child === undefined || child.exitCode !== null) throw new Error(`${name} ended with ${child?.exitCode}`);
      const answer = await fetch(`http://127.0.0.1:${monitorPort}/healthz`).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function member(name: string): Member {
    const found = members.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no server ${name}`);
    return found;
  }

  async function kill(name: string): Promise<void> {
    const child = children.get(name);
    children.delete(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  onTestFinished(async () => {
    await Promise.all(members.map(({ name }) => kill(name)));
    rmSync(folder, { recursive: true, force: true });
  });
  for (const each of members) launch(each);
  await Promise.all(members.map(untilHealthy));
  const hosts = members.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const monitors = members.map(({ monitorPort }) => `http://127.0.0.1:${monitorPort}`).join(',');
  return {
    url: `nats://daoyu:secret@${hosts}?monitor=${monitors}`,
    kill,
    async start(name) {
      launch(member(name));
      await untilHealthy(member(name));
    },
  };
}
