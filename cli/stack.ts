/** `daoyu stack`: starts NATS and InfluxDB on the loopback interface with our configuration and generated passwords, then the platform on them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { readConfig } from '../app/config.ts';
import { makeFolder, openDataFolder } from '../app/data-folder.ts';
import { DaoyuError } from '../base/errors.ts';
import { type ManagedProcess, reservePort, startManagedProcess } from './managed-process.ts';
import { runPlatform } from './run-platform.ts';
import { stopped, untilStopped } from './until-stopped.ts';

interface Options {
  readonly simulate?: boolean;
  readonly natsPort: string;
  readonly influxPort: string;
}

export interface Service {
  readonly server: ManagedProcess;
  /** The setting with which daoyu uses it. */
  readonly url: string;
}

export function stackCommand(): Command {
  return new Command('stack')
    .description('start NATS and InfluxDB on the loopback interface, and the platform on them')
    .option('--simulate', 'run the demo devices')
    .option('--nats-port <port>', 'port of NATS; 0 picks a free one', '4222')
    .option('--influx-port <port>', 'port of InfluxDB; 0 picks a free one', '8086')
    .action(stack);
}

/** Stopped in reverse order, so that nothing is accepted that cannot be stored. */
async function stack({ simulate, natsPort, influxPort }: Options): Promise<void> {
  const { dataDir, busMaxBytes } = readConfig(process.env);
  const signal = untilStopped();
  const folder = await openDataFolder(join(dataDir, 'stack'));
  const running: { close(): Promise<void> | void }[] = [folder];
  const keep = <T extends { close(): Promise<void> | void }>(part: T): T => {
    running.push(part);
    return part;
  };
  try {
    const secret = (name: string) => folder.secret(name);
    const nats = await startNats(folder.path, await reservePort(Number(natsPort)), secret('nats'), busMaxBytes);
    keep(nats.server);
    const influx = await startInflux(folder.path, await reservePort(Number(influxPort)), secret('influxdb'));
    keep(influx.server);
    process.stdout.write(`  NATS and InfluxDB are running; their files and logs: ${folder.path}\n`);
    const platform = keep(
      runPlatform({
        arguments: ['up', ...(simulate ? ['--simulate'] : [])],
        environment: { DAOYU_BUS_URL: nats.url, DAOYU_STORE_URL: influx.url },
      }),
    );
    const problem = await Promise.race([stopped(signal), nats.server.died, influx.server.died, platform.ended]);
    if (typeof problem === 'string') throw new DaoyuError('PROGRAM_FAILED', problem);
  } finally {
    for (const part of running.reverse()) await part.close();
  }
}

/** Room beyond the log for the registry and the quarantine. */
const STATE_BYTES = 2 * 1024 ** 3;

export async function startNats(folder: string, port: number, password: string, maxBytes: number): Promise<Service> {
  const monitorPort = await reservePort(0);
  const monitor = `http://127.0.0.1:${monitorPort}`;
  const server = await startManagedProcess({
    program: 'nats-server',
    package: 'nats-server',
    arguments: ['-c', deployed('nats.conf'), '-a', '127.0.0.1', '-p', String(port), '-m', String(monitorPort)],
    environment: {
      NATS_NAME: 'daoyu',
      NATS_STORE: `"${made(folder, 'nats')}"`,
      NATS_MAX_STORE: String(maxBytes + STATE_BYTES),
      NATS_PASSWORD: `"${password}"`,
    },
    logFile: join(folder, 'nats.log'),
    isReady: async () => (await fetch(`${monitor}/healthz`)).ok,
  });
  return { server, url: `nats://daoyu:${password}@127.0.0.1:${port}?monitor=${monitor}` };
}

export async function startInflux(folder: string, port: number, password: string): Promise<Service> {
  const files = made(folder, 'influxdb');
  const http = `http://127.0.0.1:${port}`;
  const server = await startManagedProcess({
    program: 'influxd',
    package: 'influxdb',
    arguments: ['run', '-config', deployed('influxdb.conf')],
    environment: {
      INFLUXDB_BIND_ADDRESS: `127.0.0.1:${await reservePort(0)}`,
      INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
      INFLUXDB_META_DIR: join(files, 'meta'),
      INFLUXDB_DATA_DIR: join(files, 'data'),
      INFLUXDB_DATA_WAL_DIR: join(files, 'wal'),
    },
    logFile: join(folder, 'influxdb.log'),
    isReady: async () => (await fetch(`${http}/ping`)).ok,
  });
  try {
    await makeUser(http, password);
  } catch (error) {
    await server.close();
    throw error;
  }
  return { server, url: `influxdb://daoyu:${password}@127.0.0.1:${port}?db=daoyu` };
}

/** Anybody may create the first user while there is none; later attempts are refused, and the user is ours. */
async function makeUser(http: string, password: string): Promise<void> {
  const q = `CREATE USER "daoyu" WITH PASSWORD '${password}' WITH ALL PRIVILEGES`;
  const answer = await fetch(`${http}/query`, { method: 'POST', body: new URLSearchParams({ q }) });
  if (answer.ok || answer.status === 401 || answer.status === 403) return;
  throw new DaoyuError('PROGRAM_FAILED', `InfluxDB refuses to create its first user: ${await answer.text()}`);
}

/** Our configuration files are beside the sources; for the compiled program one folder further up. */
function deployed(name: string): string {
  const files = ['../deploy/', '../../deploy/'].map((path) => fileURLToPath(new URL(path + name, import.meta.url)));
  const file = files.find((each) => existsSync(each));
  if (file === undefined)
    throw new DaoyuError('FILE_MISSING', `deploy/${name} is missing: start from the project's folder`);
  return file;
}

function made(...parts: readonly string[]): string {
  const path = join(...parts);
  makeFolder(path);
  return path;
}
