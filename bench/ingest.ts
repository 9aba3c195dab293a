/** Durable QoS 1 messages a second and PUBACK latency, for 1, 50 and 500 connections, each beside the same broker with an admit that does nothing. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { httpClient } from '../test/http-client.ts';
import { startChild } from './child.ts';
import type { LoadJob, LoadResult } from './load.ts';

interface Usage {
  readonly rss: number;
  /** Of all threads of the process so far. */
  readonly cpuUs: number;
}

interface Measured extends LoadResult {
  /** Of the server, for each message. */
  readonly cpuUs: number;
}

export interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly logins: LoadJob['logins'];
  /** Where it keeps everything. */
  readonly folder: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

const CONNECTIONS = [1, 50, 500];

export async function benchIngest({
  seconds,
  idle,
}: {
  readonly seconds: number;
  readonly idle: number;
}): Promise<void> {
  const durable = await startServer('durable', 500);
  const noop = await startServer('noop', 500);
  await comparePubacks(durable, noop, seconds);
  await noop.stop();
  await durable.stop();
  await measureIdle(idle);
}

/** Durable PUBACKs beside the ceiling that broker and parser allow. */
export async function comparePubacks(durable: Server, noop: Server, seconds: number): Promise<void> {
  // The first connection of a device costs a password hash; it is no cost of a message.
  for (const server of [durable, noop]) await measure(server, { connections: 500, seconds: 1, window: 4 });
  print([
    'connections',
    'durable msg/s',
    'no-op msg/s',
    'ratio',
    'p50 ms',
    'p99 ms',
    'no-op p99',
    'CPU µs',
    'no-op CPU µs',
  ]);
  for (const connections of CONNECTIONS) {
    const window = connections === 1 ? 100 : Math.max(4, Math.floor(2000 / connections));
    // Before, after: what the machine does meanwhile falls on both sides.
    const first = await measure(noop, { connections, seconds, window });
    const kept = await measure(durable, { connections, seconds, window });
    const second = await measure(noop, { connections, seconds, window });
    const ceiling = (first.perSecond + second.perSecond) / 2;
    print([
      connections,
      kept.perSecond.toFixed(0),
      ceiling.toFixed(0),
      (kept.perSecond / ceiling).toFixed(2),
      kept.p50.toFixed(1),
      kept.p99.toFixed(1),
      first.p99.toFixed(1),
      kept.cpuUs.toFixed(0),
      ((first.cpuUs + second.cpuUs) / 2).toFixed(0),
    ]);
  }
  for (const [name, server] of [
    ['durable', durable],
    ['no-op', noop],
  ] as const) {
    const steady = await measure(server, { connections: 50, seconds, window: 100, rate: 1000 });
    console.log(
      `${name}, 1,000 msg/s over 50 connections: p50 ${steady.p50.toFixed(1)} ms, p99 ${steady.p99.toFixed(1)} ms (${steady.messages} messages)`,
    );
  }
}

async function measureIdle(connections: number): Promise<void> {
  const server = await startServer('durable', 1);
  const [login] = server.logins;
  if (login === undefined) return;
  const { rss: before } = await server.usage();
  const holder = startChild('idle-connections');
  const logins = await addDevices(server, connections, 'idle');
  holder.send({ port: server.port, logins });
  await once(holder, 'message');
  const { rss: after } = await server.usage();
  console.log(
    `${connections} idle connections: ${(before / 1e6).toFixed(0)} MB before, ${(after / 1e6).toFixed(0)} MB with them, ${((after - before) / connections / 1024).toFixed(1)} KiB each`,
  );
  holder.kill();
  await server.stop();
}

/** The API of a server. */
export function apiOf(server: Server) {
  const address = addresses.get(server);
  if (address === undefined) throw new Error('not a server of this bench');
  return httpClient(address.http, address.token);
}

const addresses = new WeakMap<Server, { http: string; token: string }>();

export async function startServer(
  mode: 'durable' | 'noop',
  devices: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const child = startChild('platform-process', [mode], { flags: ['--expose-gc'], environment });
  const [ready] = (await once(child, 'message')) as [{ mqtt: string; http: string; token: string; folder: string }];
  const server: Server = {
    child,
    port: Number(new URL(ready.mqtt).port),
    logins: [],
    folder: ready.folder,
    async usage() {
      child.send('usage');
      const [answer] = (await once(child, 'message')) as [Usage];
      return answer;
    },
    async stop() {
      child.send('stop');
      await once(child, 'exit');
    },
  };
  addresses.set(server, ready);
  return Object.assign(server, { logins: await addDevices(server, devices, 'bench') });
}

async function addDevices(server: Server, count: number, prefix: string): Promise<LoadJob['logins']> {
  const address = addresses.get(server);
  if (address === undefined) return [];
  const { post } = httpClient(address.http, address.token);
  const one = async (index: number) => {
    const body = { park: 'daoyu', site: 'bench-site', device: `${prefix}-${index}`, kind: 'aquaculture_pond' };
    const made = await post<{ clientId: string; password: string; topics: { telemetry: string } }>(
      '/api/v1/devices',
      body,
    );
    return { id: made.clientId, password: made.password, topic: made.topics.telemetry };
  };
  const logins: LoadJob['logins'][number][] = [];
  for (let index = 0; index < count; index += 50) {
    logins.push(
      ...(await Promise.all(Array.from({ length: Math.min(50, count - index) }, (_, offset) => one(index + offset)))),
    );
  }
  return logins;
}

export async function measure(
  server: Server,
  job: Pick<LoadJob, 'seconds' | 'window' | 'rate' | 'readingsPerMessage'> & { readonly connections: number },
): Promise<Measured> {
  const before = await server.usage();
  const child = startChild('load');
  const { connections, ...rest } = job;
  child.send({ port: server.port, logins: server.logins.slice(0, connections), ...rest } satisfies LoadJob);
  const [result] = (await once(child, 'message')) as [LoadResult];
  const after = await server.usage();
  return { ...result, cpuUs: (after.cpuUs - before.cpuUs) / result.messages };
}

export function print(cells: readonly (string | number)[]): void {
  console.log(cells.map((cell) => String(cell).padStart(14)).join(''));
}
