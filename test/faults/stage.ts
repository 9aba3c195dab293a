/** The whole platform on real servers under load: NATS and InfluxDB behind wires that can be cut, daoyu in a process of its own, a hundred devices. */
import { eventually } from '../eventually.ts';
import { httpClient } from '../http-client.ts';
import { freePort, type PlatformProcess, spawnPlatform } from '../kill/spawn-platform.ts';
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
  readonly settings: Readonly<Record<string, string>>;
  get<T>(path: string): Promise<T>;
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** On the same data and ports. Resolves when it is up. */
  restart(): Promise<void>;
  pid(): number | undefined;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Where NATS, InfluxDB and daoyu keep their files; by default folders of their own. */
  readonly folder?: string;
  /** NATS's files alone. */
  readonly natsFolder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openStage({ folder, natsFolder, environment = {} }: StageOptions = {}): Promise<Stage> {
  const storeDir = natsFolder ?? (folder === undefined ? undefined : `${folder}/nats`);
  const nats = await startNats(
    storeDir === undefined
      ? {}
      : { configuration: `jetstream { store_dir: "${storeDir}", sync_interval: always, max_file_store: 1GB }` },
  );
  const influx = await startInflux(folder === undefined ? {} : { folder: `${folder}/influx` });
  const [toNats, toInflux] = [await openCutProxy(nats.port), await openCutProxy(Number(new URL(influx.http).port))];
  const settings = {
    DAOYU_DATA_DIR: folder === undefined ? newDataDir() : `${folder}/daoyu`,
    DAOYU_MQTT_PORT: String(await freePort()),
    DAOYU_BUS_URL: `nats://127.0.0.1:${toNats.port}?monitor=${nats.monitorUrl}`,
    DAOYU_STORE_URL: `influxdb://127.0.0.1:${toInflux.port}?db=daoyu`,
    ...environment,
  };
  let platform: PlatformProcess | undefined = await spawnPlatform(settings);
  const client = () => {
    if (platform === undefined) throw new Error('daoyu is not running');
    return httpClient(platform.http, platform.token);
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
    ...{ nats, influx, toNats, toInflux, fleet, settings },
    deviceIds: logins.map(({ id }) => id.split('.')[1] ?? ''),
    get: (path) => client().get(path),
    async kill(signal = 'SIGKILL') {
      const running = platform;
      platform = undefined;
      await running?.kill(signal);
    },
    async restart() {
      platform = await spawnPlatform(settings);
    },
    pid: () => platform?.process.pid,
    async close() {
      fleet.close();
      await platform?.kill('SIGKILL');
      for (const wire of [toNats, toInflux]) await wire.close();
    },
  };
}

interface LedgerAnswer {
  readonly ledger: readonly LedgerRow[];
}
interface LedgerRow {
  readonly device: string;
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly quarantined: number;
  readonly pending: number;
}

/** The ledger once nothing waits any more. */
export async function drained(stage: Stage, withinMs = 60_000): Promise<readonly LedgerRow[]> {
  const ask = () => stage.get<LedgerAnswer>('/api/v1/ledger?park=daoyu').catch(() => ({ ledger: [] }));
  const isDrained = ({ ledger }: LedgerAnswer) => ledger.length > 0 && ledger.every(({ pending }) => pending === 0);
  return (await eventually(ask, isDrained, withinMs)).ledger.filter(({ device }) => device.startsWith('fault-'));
}

export type { FleetTimes, LedgerRow };
