/** Where the shared state lives: beside the log, chosen by the same setting. */
import { join } from 'node:path';
import type { DiskSpace } from '../base/disk-space.ts';
import type { Driver } from '../base/driver.ts';
import type { Log } from '../base/logger.ts';
import { NATS_SCHEMES, parseNatsUrl } from '../engines/nats/url.ts';
import type { Kv } from './kv.ts';
import { openMemoryKv } from './memory.ts';

export interface KvContext {
  readonly url: string;
  readonly folder: string;
  readonly replicas: number;
  readonly clock: () => number;
  readonly space: DiskSpace;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export const kvDrivers: readonly Driver<KvContext, Kv>[] = [
  {
    schemes: ['embedded'],
    form: 'embedded',
    isShared: false,
    validate() {},
    async open({ folder, space }) {
      const { openLmdbKv } = await import('./lmdb.ts');
      return openLmdbKv({ folder: join(folder, 'state'), space });
    },
  },
  {
    schemes: NATS_SCHEMES,
    form: 'nats://host:4222',
    isShared: true,
    validate: parseNatsUrl,
    async open({ url, replicas, clock, log }) {
      const { openJetStreamKv } = await import('./jetstream.ts');
      return openJetStreamKv({ url, replicas, clock, log });
    },
  },
  { schemes: ['memory'], form: 'memory', isShared: false, validate() {}, open: async () => openMemoryKv() },
];
