/** The stores that `DAOYU_STORE_URL` chooses from. */

import type { DiskSpace } from '../base/disk-space.ts';
import type { Driver } from '../base/driver.ts';
import type { Log } from '../base/logger.ts';
import type { Kind } from '../sensors/kind.ts';
import type { StoreCapability } from './capabilities.ts';
import { duckDbStore } from './duckdb/driver.ts';
import type { CheckpointKv } from './influx/checkpoint.ts';
import { influxStore } from './influx/driver.ts';
import { memoryStore } from './memory.ts';
import type { MetricSink } from './metric-sink.ts';
import type { Store } from './store.ts';

export interface StoreContext {
  readonly url: string;
  /** The data folder of the process; a store creates its own folder inside. */
  readonly folder: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Memory that the store may use, e.g. `512MB`. */
  readonly memory: string;
  readonly clock: () => number;
  readonly space: DiskSpace;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** For the checkpoint of a store without transactions. */
  readonly kv: CheckpointKv;
}

export interface StoreDriver extends Driver<StoreContext, Store> {
  /** What its stores have beyond the common contract. */
  readonly capabilities: readonly StoreCapability[];
  /** Where platform metrics are written beside the readings, for dashboards that read the store directly. Opens no connection yet. */
  readonly createMetricSink?: (url: string) => Promise<MetricSink>;
}

export const storeDrivers: readonly StoreDriver[] = [duckDbStore, influxStore, memoryStore];
