/** Opens log, state and store with the drivers that the settings choose. */
import type { DiskSpace } from '../base/disk-space.ts';
import { driverOf } from '../base/driver.ts';
import type { Log } from '../base/logger.ts';
import type { Bus } from '../bus/bus.ts';
import { busDrivers } from '../bus/drivers.ts';
import { pubsubDrivers } from '../cluster/pubsub/drivers.ts';
import type { PubSub } from '../cluster/pubsub/pubsub.ts';
import { kvDrivers } from '../kv/drivers.ts';
import type { Kv } from '../kv/kv.ts';
import type { Kind } from '../sensors/kind.ts';
import { storeDrivers } from '../store/drivers.ts';
import type { MetricSink } from '../store/metric-sink.ts';
import type { Store } from '../store/store.ts';
import type { Config } from './config.ts';

export interface BackendContext {
  readonly config: Config;
  readonly folder: string;
  readonly clock: () => number;
  readonly space: DiskSpace;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** `firstPosition`: for a log that continues another one. */
export function openBus({ config, ...context }: BackendContext, firstPosition?: number): Promise<Bus> {
  const { busUrl: url, busMaxBytes: maxBytes, busRetain: retainMs, busReplicas: replicas } = config;
  const { diskReserve: reserveBytes } = config;
  const first = firstPosition === undefined ? {} : { firstPosition };
  return driverOf(busDrivers, url).open({ ...context, url, maxBytes, retainMs, replicas, reserveBytes, ...first });
}

export function openKv({ config, ...context }: BackendContext): Promise<Kv> {
  const { busUrl: url, busReplicas: replicas } = config;
  return driverOf(kvDrivers, url).open({ ...context, url, replicas });
}

/** Messages between the processes of one platform. */
export function openPubSub({ config: { busUrl: url }, log }: Pick<BackendContext, 'config' | 'log'>): Promise<PubSub> {
  return driverOf(pubsubDrivers, url).open({ url, log });
}

/** `kv` keeps position and ledger for a store without transactions. */
export function openStore(
  { config, ...context }: BackendContext,
  kinds: ReadonlyMap<string, Kind>,
  kv: Kv,
): Promise<Store> {
  const { storeUrl: url, storeMemory: memory } = config;
  return driverOf(storeDrivers, url).open({ ...context, url, memory, kinds, kv });
}

/** Where metrics for Grafana are written: beside the readings, if the store takes them. */
export async function openMetricSink({ storeUrl }: Pick<Config, 'storeUrl'>): Promise<MetricSink | undefined> {
  return await driverOf(storeDrivers, storeUrl).createMetricSink?.(storeUrl);
}

/** Which parts the settings share among processes: log and state, series. */
export function sharedParts({ busUrl, storeUrl }: Pick<Config, 'busUrl' | 'storeUrl'>) {
  return {
    isLogShared: driverOf(busDrivers, busUrl).isShared,
    isStoreShared: driverOf(storeDrivers, storeUrl).isShared,
  };
}

/** Examples of settings that several processes can share. */
export const sharedForms = {
  bus: formOf(busDrivers),
  store: formOf(storeDrivers),
} as const;

function formOf(drivers: readonly { readonly isShared: boolean; readonly form: string }[]): string {
  return drivers
    .filter(({ isShared }) => isShared)
    .map(({ form }) => form)
    .join(' or ');
}
