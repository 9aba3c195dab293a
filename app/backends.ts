/** Chooses log, state and store by their settings; a library is loaded only when it is chosen. */
import { join } from 'node:path';
import type { DiskSpace } from '../base/disk-space.ts';
import { DaoyuError } from '../base/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { PubSub } from '../cluster/pubsub/pubsub.ts';
import type { MetricSink } from '../consumers/platform-metrics/writer.ts';
import { isNatsUrl } from '../engines/nats/url.ts';
import type { Kv } from '../kv/kv.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Store } from '../store/store.ts';
import type { Config } from './config.ts';

export interface BackendContext {
  readonly config: Config;
  readonly folder: string;
  readonly clock: () => number;
  readonly space: DiskSpace;
  readonly log: Log;
}

interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export async function openBus({ config, folder, clock, space, log }: BackendContext): Promise<Bus> {
  if (config.busUrl === 'memory') {
    const { openMemoryBus } = await import('../bus/memory.ts');
    return openMemoryBus({ maxBytes: config.busMaxBytes, clock });
  }
  if (isNatsUrl(config.busUrl)) {
    const { openJetStreamBus } = await import('../bus/jetstream/jetstream.ts');
    const { busUrl: url, busMaxBytes: maxBytes, busRetain: retainMs, busReplicas: replicas } = config;
    return openJetStreamBus({ url, maxBytes, retainMs, replicas, clock, log });
  }
  const { openLmdbBus } = await import('../bus/lmdb.ts');
  return openLmdbBus({
    folder: join(folder, 'bus'),
    maxBytes: config.busMaxBytes,
    retainMs: config.busRetain,
    clock,
    space,
  });
}

export async function openKv({ config, folder, clock, space, log }: BackendContext): Promise<Kv> {
  if (config.busUrl === 'memory') {
    const { openMemoryKv } = await import('../kv/memory.ts');
    return openMemoryKv();
  }
  if (isNatsUrl(config.busUrl)) {
    const { openJetStreamKv } = await import('../kv/jetstream.ts');
    return openJetStreamKv({ url: config.busUrl, replicas: config.busReplicas, clock, log });
  }
  const { openLmdbKv } = await import('../kv/lmdb.ts');
  return openLmdbKv({ folder: join(folder, 'state'), space });
}

/** For what the processes of one platform say to each other. */
export async function openPubSub({ config, log }: Pick<BackendContext, 'config' | 'log'>): Promise<PubSub> {
  if (isNatsUrl(config.busUrl)) {
    const { openNatsPubSub } = await import('../cluster/pubsub/nats.ts');
    return openNatsPubSub({ url: config.busUrl, log });
  }
  const { openLocalPubSub } = await import('../cluster/pubsub/local.ts');
  return openLocalPubSub();
}

/** What the settings share among processes: log and state, series. */
export function sharedParts({ busUrl, storeUrl }: Pick<Config, 'busUrl' | 'storeUrl'>) {
  return { isLogShared: isNatsUrl(busUrl), isStoreShared: /^influxdbs?:/.test(storeUrl) };
}

/** `state` keeps position and ledger of a store that has no transactions of its own. */
export async function openStore(
  { config, folder, clock, space }: BackendContext,
  kinds: ReadonlyMap<string, Kind>,
  kv: Kv,
): Promise<Store> {
  if (config.storeUrl === 'memory') {
    const { openMemoryStore } = await import('../store/memory.ts');
    return openMemoryStore();
  }
  if (/^influxdbs?:/.test(config.storeUrl)) {
    const { openInfluxStore } = await import('../store/influx/influx.ts');
    return openInfluxStore({ url: config.storeUrl, kinds, kv, clock });
  }
  if (config.storeUrl !== 'embedded')
    throw unsupported('DAOYU_STORE_URL', config.storeUrl, 'embedded, influxdb://…, memory');
  const { openDuckDbStore } = await import('../store/duckdb/duckdb.ts');
  return openDuckDbStore({ folder: join(folder, 'store'), kinds, memory: config.storeMemory, clock, space });
}

/** Where figures for Grafana go: beside the readings, where Grafana looks; without InfluxDB there is no such context. */
export async function openMetricSink({ storeUrl }: Pick<Config, 'storeUrl'>): Promise<MetricSink | undefined> {
  if (!/^influxdbs?:/.test(storeUrl)) return undefined;
  const { createInfluxMetricSink } = await import('../consumers/platform-metrics/influx-sink.ts');
  return createInfluxMetricSink(storeUrl);
}

function unsupported(variable: string, url: string, known: string): DaoyuError {
  const shown = url.replace(/\/\/[^@/]*@/, '//…@');
  return new DaoyuError('CONFIG_INVALID', `${variable} is "${shown}" but this version knows: ${known}`);
}
