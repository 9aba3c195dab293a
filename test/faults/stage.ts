/** The whole platform on real servers under load: NATS and InfluxDB behind wires that can be cut, daoyu in a process of its own, a hundred devices. */
import type { LedgerView } from '../../consumers/ledger.ts';
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { freePort, type PlatformProcess, spawnPlatform } from '../kill/spawn-platform.ts';
import { isDrained, type LedgerAnswer } from '../ledger-answer.ts';
import type { Credentials } from '../running-platform.ts';
import { newDataDir } from '../running-platform.ts';
import { type InfluxServer, startInflux } from '../servers/influx.ts';
import { type NatsServer, startNats } from '../servers/nats.ts';
import { type CutProxy, openCutProxy } from './cut-proxy.ts';
import { type DeviceLogin, type Fleet, type FleetTimes, openFleet } from './fleet.ts';

export const DEVICES = 100;
/** Messages a second, one reading each. */
export const RATE = 2100;
/** The last of them also send a pH. */
export const WITH_PH = 3;

export interface Stage {
  readonly nats: NatsServer;
  readonly influx: InfluxServer;
  readonly toNats: CutProxy;
  readonly toInflux: CutProxy;
  readonly fleet: Fleet;
  readonly deviceIds: readonly string[];
  get<T>(path: string): Promise<T>;
  /** kill -9 of a process of daoyu, by its name in `StageOptions.processes`; by default of the first. */
  kill(name?: string): Promise<void>;
  /** Freezes a process of daoyu as a stolen machine would, or wakes it up. */
  freeze(name: string): void;
  wake(name: string): void;
  /** On the same data and ports. Resolves when it is up. */
  restart(name?: string): Promise<void>;
  /** Every process of the machine: daoyu's, NATS and InfluxDB; not the devices. */
  pids(): readonly number[];
  close(): Promise<void>;
}

export interface StageOptions {
  /** Where NATS, InfluxDB and daoyu keep their files; by default folders of their own. */
  readonly folder?: string;
  /** Lines for the configuration of NATS. */
  readonly natsConfiguration?: string;
  /** NATS's files alone. */
  readonly natsFolder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Roles of each process of daoyu; by default one with all. */
  readonly processes?: Readonly<Record<string, string>>;
  /** Before daoyu starts. */
  readonly prepare?: (influx: InfluxServer) => Promise<void>;
}

const ALL_ROLES = 'broker,ingest,api';

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const {
    folder,
    natsFolder,
    natsConfiguration = '',
    environment = {},
    processes = { daoyu: ALL_ROLES },
    prepare,
  } = options;
  const storeDir = natsFolder ?? (folder === undefined ? undefined : `${folder}/nats`);
  const ownStore =
    storeDir === undefined ? '' : `jetstream { store_dir: "${storeDir}", sync_interval: always, max_file_store: 1GB }`;
  const nats = await startNats({ configuration: `${ownStore}\n${natsConfiguration}` });
  const influx = await startInflux(folder === undefined ? {} : { folder: `${folder}/influx` });
  const [toNats, toInflux] = [await openCutProxy(nats.port), await openCutProxy(Number(new URL(influx.http).port))];
  await prepare?.(influx);
  const dataDir = folder === undefined ? newDataDir() : `${folder}/daoyu`;
  const settings = {
    DAOYU_MQTT_PORT: String(await freePort()),
    DAOYU_BUS_URL: `nats://127.0.0.1:${toNats.port}?monitor=${nats.monitorUrl}`,
    DAOYU_STORE_URL: `influxdb://127.0.0.1:${toInflux.port}?db=daoyu`,
    ...environment,
  };
  const running = new Map<string, PlatformProcess>();
  const [first = ''] = Object.keys(processes);
  async function restart(name = first): Promise<void> {
    const roles = processes[name] ?? ALL_ROLES;
    const own = { DAOYU_DATA_DIR: `${dataDir}/${name}`, DAOYU_ROLES: roles };
    running.set(name, await spawnPlatform({ ...settings, ...own }));
  }
  for (const name of Object.keys(processes)) await restart(name);
  const client = () => {
    const name = Object.keys(processes).find((each) => processes[each]?.includes('api')) ?? '';
    const api = running.get(name);
    if (api === undefined) throw new Error('daoyu is not running');
    return httpClient(api.http, api.token);
  };
  const logins: DeviceLogin[] = [];
  for (let index = 0; index < DEVICES; index++) {
    const body = { park: 'daoyu', site: 'fault-site', device: `fault-${index}`, kind: 'aquaculture_pond' };
    const { clientId, password, topics } = await client().post<Credentials>('/api/v1/devices', body);
    const alsoSends = index >= DEVICES - WITH_PH ? { alsoSends: { ph: 7.5 } } : {};
    logins.push({ id: clientId, password, topic: topics.telemetry, ...alsoSends });
  }
  const fleet = await openFleet(Number(settings.DAOYU_MQTT_PORT), logins, Date.now() - 20 * 3_600_000);
  return {
    ...{ nats, influx, toNats, toInflux, fleet, restart },
    deviceIds: logins.map(({ id }) => id.split('.')[1] ?? ''),
    get: (path) => client().get(path),
    async kill(name = first) {
      const process = running.get(name);
      running.delete(name);
      await process?.kill('SIGKILL');
    },
    freeze: (name) => void running.get(name)?.process.kill('SIGSTOP'),
    wake: (name) => void running.get(name)?.process.kill('SIGCONT'),
    pids: () =>
      [nats.pid, influx.pid, ...[...running.values()].map(({ process }) => process.pid)].flatMap((pid) => pid ?? []),
    async close() {
      fleet.close();
      for (const process of running.values()) await process.kill('SIGKILL');
      for (const wire of [toNats, toInflux]) await wire.close();
    },
  };
}

const NONE: LedgerAnswer = { ledger: [], isComplete: false };

/** The ledger once it knows of everything that was acknowledged and nothing waits any more. */
export async function drained(stage: Stage, isKnown: (row: LedgerView) => boolean): Promise<readonly LedgerView[]> {
  const ask = async () => {
    const { ledger, isComplete } = await stage.get<LedgerAnswer>('/api/v1/ledger?park=daoyu').catch(() => NONE);
    return { ledger: ledger.filter(({ device }) => device.startsWith('fault-')), isComplete };
  };
  const isOver = (answer: LedgerAnswer) =>
    answer.ledger.length === stage.deviceIds.length && isDrained(answer) && answer.ledger.every(isKnown);
  return (await eventually(ask, isOver, 60_000)).ledger;
}

export type { FleetTimes };
