/** The logs that `DAOYU_BUS_URL` chooses from. */
import type { DiskSpace } from '../base/disk-space.ts';
import type { Driver } from '../base/driver.ts';
import type { Log } from '../base/logger.ts';
import type { Bus } from './bus.ts';
import { jetStreamLog } from './jetstream/driver.ts';
import { lmdbLog } from './lmdb/driver.ts';
import { memoryLog } from './memory.ts';

export interface BusContext {
  readonly url: string;
  /** The data folder of the process; the log creates its own folder inside. */
  readonly folder: string;
  readonly maxBytes: number;
  /** How long entries stay after every durable consumer has taken them. */
  readonly retainMs: number;
  readonly replicas: number;
  readonly clock: () => number;
  readonly space: DiskSpace;
  /** Reserve on a disk that the log does not write itself: that of a server on this machine. */
  readonly reserveBytes: number;
  /** Of a log that does not exist yet on a server, and takes up another one: where it begins; default 1. */
  readonly firstPosition?: number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export type BusDriver = Driver<BusContext, Bus>;

export const busDrivers: readonly BusDriver[] = [lmdbLog, jetStreamLog, memoryLog];
