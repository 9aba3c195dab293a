/** CPU of a reading until it is stored, by thread, PUBACK times and memory, at full speed and at ordinary rates, beside brokers that keep nothing. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { httpClient } from '../test/http-client.ts';
import { startChild } from './child.ts';
import { between, type CpuTimes, cpuOf, forgetPeak, peakMb, sumOf } from './cpu.ts';
import { measureFsync } from './fsync.ts';
import type { LoadJob, LoadResult } from './load.ts';
import { type Reference, startAedes, startMosquitto } from './references.ts';

interface Usage {
  readonly rss: number;
  /** Of all threads of the process so far. */
  readonly cpuUs: number;
}

interface Measured extends LoadResult {
  /** Of the server, for each message. */
  readonly cpuUs: number;
  /** By kind of thread, from the first publish on. */
  readonly before: CpuTimes;
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

interface Point {
  readonly name: string;
  readonly connections: number;
  readonly window: number;
  readonly rate?: number;
  readonly readingsPerMessage?: number;
  /** References beside it. */
  readonly isCompared?: boolean;
}

/** As fast as acknowledged, then at the rates of a large farm, a county and a few ponds. */
export const POINTS: readonly Point[] = [
  { name: '1 × 100', connections: 1, window: 100, isCompared: true },
  { name: '50 × 40', connections: 50, window: 40, isCompared: true },
  { name: '500 × 4', connections: 500, window: 4, isCompared: true },
  { name: '50 × 40, arrays of 20', connections: 50, window: 40, readingsPerMessage: 20 },
  { name: '1,000/s', connections: 50, window: 1, rate: 1000, isCompared: true },
  { name: '100/s', connections: 50, window: 1, rate: 100, isCompared: true },
  { name: '10/s', connections: 50, window: 1, rate: 10 },
];
/** The passwords of so many cost minutes of hashing before the first publish, so it comes last and only when asked for. */
const MANY: Point = { name: '5,000 × 1', connections: 5000, window: 1, isCompared: true };

export interface IngestOptions {
  readonly seconds: number;
  readonly idle: number;
  /** With 5,000 connections as well. */
  readonly many: boolean;
  /** Only points whose name contains it. */
  readonly only?: string;
  /** A CPU profile of the main thread for each point goes there. */
  readonly profiles?: string | undefined;
}

export async function benchIngest({ seconds, idle, many, only = '', profiles }: IngestOptions): Promise<void> {
  const points = [...POINTS, ...(many ? [MANY] : [])].filter(({ name }) => name.includes(only));
  const server = await startServer('durable', Math.max(0, ...points.map(({ connections }) => connections)));
  const references = [await startAedes(), await startMosquitto()].filter((each) => each !== undefined);
  try {
    printPointHeads();
    await comparePoints(server, points, references, seconds, profiles);
  } finally {
    for (const reference of references) await reference.stop();
    await server.stop();
  }
  if (idle > 0) await measureIdle(idle);
}

export function printPointHeads(): void {
  print(
    ['', 'readings/s', 'µs/reading', 'main', 'V8', 'pool', 'store', 'p50 ms', 'p99 ms', 'fsync p50', 'p99', 'RSS MB'],
    24,
  );
}

/** One line a point, and one for each reference beside it: ratios hold within a line's neighbours. */
export async function comparePoints(
  server: Server,
  points: readonly Point[],
  references: readonly Reference[],
  seconds: number,
  profiles?: string,
): Promise<void> {
  const pid = server.child.pid ?? 0;
  const most = Math.max(0, ...points.map(({ connections }) => connections));
  // The first connection of a device costs a password hash, and its first reading what is worked out once: no cost of a reading.
  if (most > 0) await measure(server, { connections: most, seconds: 1, window: 4 });
  for (const point of points) {
    const { name, readingsPerMessage = 1, isCompared = false, ...job } = point;
    const fsync = measureFsync(server.folder);
    await settled(server);
    if (profiles !== undefined) await profile(server, {});
    const found = await measure(server, { ...job, readingsPerMessage, seconds });
    if (profiles !== undefined)
      await profile(server, { to: join(profiles, `${name.replace(/\W+/g, '-')}.cpuprofile`) });
    await settled(server);
    const readings = found.messages * readingsPerMessage;
    const cpu = between(found.before, cpuOf(pid), readings);
    printPoint(name, found.perSecond * readingsPerMessage, cpu, found, [
      fsync.p50.toFixed(1),
      fsync.p99.toFixed(1),
      peakMb(pid).toFixed(0),
    ]);
    for (const reference of isCompared ? references : []) {
      const result = await measure(
        { ...server, ...reference, child: undefined },
        { ...job, readingsPerMessage, seconds },
      );
      const itsCpu = between(result.before, cpuOf(reference.pid), result.messages * readingsPerMessage);
      printPoint(`  ${reference.name}`, result.perSecond * readingsPerMessage, itsCpu, result);
    }
  }
}

async function profile({ child }: Server, request: { readonly to?: string }): Promise<void> {
  child.send(request);
  await once(child, 'message');
}

function printPoint(
  name: string,
  perSecond: number,
  cpu: CpuTimes,
  { p50, p99 }: LoadResult,
  rest: string[] = [],
): void {
  const each = [sumOf(cpu), cpu.main, cpu.v8, cpu.pool, cpu.store].map((us) => us.toFixed(us < 10 ? 1 : 0));
  print([name, perSecond.toFixed(0), ...each, p50.toFixed(1), p99.toFixed(1), ...rest], 24);
}

/** All that was received is stored, or refused. */
async function settled(server: Server): Promise<void> {
  for (;;) {
    await wait(1500);
    const { ledger } = await apiOf(server).get<{ readonly ledger: readonly { readonly pending: number }[] }>(
      '/api/v1/ledger',
    );
    if (ledger.every(({ pending }) => pending === 0)) return;
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

/** For the client of the command line. */
export function targetOf(server: Server) {
  const address = addresses.get(server);
  if (address === undefined) throw new Error('not a server of this bench');
  return { api: address.http, token: address.token };
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

/** What a load is measured against. */
type Target = Pick<Server, 'port' | 'logins'> & { readonly pid?: number; readonly child?: ChildProcess | undefined };

export async function measure(
  { port, logins, child: server, pid = server?.pid ?? 0 }: Target,
  {
    connections,
    ...rest
  }: Pick<LoadJob, 'seconds' | 'window' | 'rate' | 'readingsPerMessage'> & { readonly connections: number },
): Promise<Measured> {
  const child = startChild('load');
  child.send({ port, logins: logins.slice(0, connections), ...rest } satisfies LoadJob);
  await once(child, 'message');
  forgetPeak(pid);
  const before = cpuOf(pid);
  child.send('begin');
  const [result] = (await once(child, 'message')) as [LoadResult];
  return { ...result, before, cpuUs: sumOf(between(before, cpuOf(pid), result.messages)) };
}

export function print(cells: readonly (string | number)[], first = 14): void {
  const [name = '', ...others] = cells;
  console.log(String(name).padStart(14).padEnd(first) + others.map((cell) => String(cell).padStart(11)).join(''));
}
