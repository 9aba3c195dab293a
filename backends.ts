/** Chooses log, state and store by their settings; a library is loaded only when it is chosen. */
import { join } from 'node:path';
import type { Bus } from './bus/bus.ts';
import type { Config } from './config.ts';
import type { FigureSink } from './dashboards/figures/start-figures.ts';
import type { DiskSpace } from './disk-space.ts';
import { DaoyuError } from './errors.ts';
import { isNatsUrl } from './nats/url.ts';
import type { Kind } from './sensors/kind.ts';
import type { State } from './state/state.ts';
import type { Store } from './store/store.ts';
import type { Wire } from './wire/wire.ts';

export interface Place {
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

export async function openBus({ config, folder, clock, space, log }: Place): Promise<Bus> {
  if (config.busUrl === 'memory') {
    const { openMemoryBus } = await import('./bus/memory.ts');
    return openMemoryBus({ maxBytes: config.busMaxBytes, clock });
  }
  if (isNatsUrl(config.busUrl)) {
    const { openJetStreamBus } = await import('./bus/jetstream.ts');
    const { busUrl: url, busMaxBytes: maxBytes, busRetain: retainMs, busReplicas: replicas } = config;
    return openJetStreamBus({ url, maxBytes, retainMs, replicas, clock, log });
  }
  const { openEmbeddedBus } = await import('./bus/embedded.ts');
  return openEmbeddedBus({
    folder: join(folder, 'bus'),
    maxBytes: config.busMaxBytes,
    retainMs: config.busRetain,
    clock,
    space,
  });
}

export async function openState({ config, folder, clock, space, log }: Place): Promise<State> {
  if (config.busUrl === 'memory') {
    const { openMemoryState } = await import('./state/memory.ts');
    return openMemoryState();
  }
  if (isNatsUrl(config.busUrl)) {
    const { openJetStreamState } = await import('./state/jetstream.ts');
    return openJetStreamState({ url: config.busUrl, replicas: config.busReplicas, clock, log });
  }
  const { openEmbeddedState } = await import('./state/embedded.ts');
  return openEmbeddedState({ folder: join(folder, 'state'), space });
}

/** For what the processes of one platform say to each other. */
export async function openWire({ config, log }: Pick<Place, 'config' | 'log'>): Promise<Wire> {
  if (isNatsUrl(config.busUrl)) {
    const { openNatsWire } = await import('./wire/nats.ts');
    return openNatsWire({ url: config.busUrl, log });
  }
  const { openLocalWire } = await import('./wire/local.ts');
  return openLocalWire();
}

/** What the settings share among processes: log and state, series. */
export function sharedParts({ busUrl, storeUrl }: Pick<Config, 'busUrl' | 'storeUrl'>) {
  return { isLogShared: isNatsUrl(busUrl), isStoreShared: /^influxdbs?:/.test(storeUrl) };
}

/** `state` keeps position and ledger of a store that has no transactions of its own. */
export async function openStore(
  { config, folder, clock, space }: Place,
  kinds: ReadonlyMap<string, Kind>,
  state: State,
): Promise<Store> {
  if (config.storeUrl === 'memory') {
    const { openMemoryStore } = await import('./store/memory.ts');
    return openMemoryStore();
  }
  if (/^influxdbs?:/.test(config.storeUrl)) {
    const { openInfluxStore } = await import('./store/influx.ts');
    return openInfluxStore({ url: config.storeUrl, kinds, state, clock });
  }
  if (config.storeUrl !== 'embedded')
    throw unsupported('DAOYU_STORE_URL', config.storeUrl, 'embedded, influxdb://…, memory');
  const { openDuckDbStore } = await import('./store/duckdb.ts');
  return openDuckDbStore({ folder: join(folder, 'store'), kinds, memory: config.storeMemory, clock, space });
}

/** Where figures for Grafana go: beside the readings, where Grafana looks; without InfluxDB there is no such place. */
export async function openFigureSink({ storeUrl }: Pick<Config, 'storeUrl'>): Promise<FigureSink | undefined> {
  if (!/^influxdbs?:/.test(storeUrl)) return undefined;
  const { createInfluxSink } = await import('./dashboards/figures/influx-sink.ts');
  return createInfluxSink(storeUrl);
}

function unsupported(variable: string, url: string, known: string): DaoyuError {
  const shown = url.replace(/\/\/[^@/]*@/, '//…@');
  return new DaoyuError('CONFIG_INVALID', `${variable} is "${shown}" but this version knows: ${known}`);
}
