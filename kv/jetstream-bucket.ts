/** The JetStream bucket that holds the shared state: opened with its keys, followed over lost connections, cleaned of old removal markers. */

import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../base/logger.ts';
import type { KV, KvEntry, Nats } from '../engines/nats/connection.ts';
import { patiently } from '../engines/nats/patience.ts';
import { formatKvKey, parseKvKey } from './jetstream-key.ts';
import type { KeyIndex } from './key-index.ts';

export interface BucketOptions {
  readonly nats: Nats;
  readonly index: KeyIndex;
  readonly replicas: number;
  readonly clock: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export interface Bucket {
  entryOf(key: string): Promise<KvEntry | undefined>;
  /** Calls `onEntry` for each change after the bucket was opened, until `stop` is called; resolves then. */
  follow(onEntry: (entry: KvEntry) => void): Following;
  /** Deletes the markers of removals that were old when the bucket was opened; ends early once `isClosed()`. */
  sweepMarkers(isClosed: () => boolean): Promise<void>;
}

export interface Following {
  /** Resolves when nothing more is delivered. */
  readonly ended: Promise<void>;
  stop(): void;
}

export const BUCKET = 'DAOYU_STATE';
const DESCRIPTION = 'Registry and quarantine of daoyu.';
/** Markers of removed keys are kept this long for processes that were away. */
const KEEP_MARKERS_MS = 7 * 24 * 3_600_000;
const AGAIN_AFTER_MS = 500;

/** Creates the bucket if it is missing and reads its keys, not their values, into `index`. */
export async function openBucket({ nats, index, replicas, clock, log }: BucketOptions): Promise<Bucket> {
  const oldMarkers: KvEntry[] = [];
  let revision = 0;

  async function open(): Promise<KV> {
    const options = { history: 1, storage: 'file', replicas, allow_direct: false, description: DESCRIPTION } as const;
    const bucket = await nats.ask(() => nats.buckets.create(BUCKET, options));
    const { streamInfo } = await nats.ask(() => bucket.status());
    revision = streamInfo.state.last_seq;
    if (streamInfo.state.messages > 0) await readKeys(bucket);
    return bucket;
  }

  async function readKeys(bucket: KV): Promise<void> {
    for await (const entry of await nats.ask(() => bucket.watch({ headers_only: true }))) {
      if (entry.operation === 'PUT') index.note(parseKvKey(entry.key), entry.revision, true);
      else if (entry.created.getTime() < clock() - KEEP_MARKERS_MS) oldMarkers.push(entry);
      if (entry.delta === 0) break;
    }
  }

  const kv = await patiently(nats, log, 'state', open);

  function follow(onEntry: (entry: KvEntry) => void): Following {
    let isStopped = false;
    let stopWatching: (() => void) | undefined;

    async function watch(): Promise<void> {
      const changes = await nats.ask(() => kv.watch({ resumeFromRevision: revision + 1 }));
      stopWatching = () => changes.stop();
      if (isStopped) return;
      for await (const entry of changes) {
        revision = Math.max(revision, entry.revision);
        onEntry(entry);
      }
    }

    /** The client restores the watch after a lost connection; if the watch ends nevertheless, a new one begins. */
    async function keepWatching(): Promise<void> {
      for (;;) {
        await watch().catch(() => {});
        if (isStopped) return;
        await wait(AGAIN_AFTER_MS);
      }
    }

    return {
      ended: keepWatching(),
      stop() {
        isStopped = true;
        stopWatching?.();
      },
    };
  }

  return {
    entryOf: async (key) => (await nats.ask(() => kv.get(formatKvKey(key)))) ?? undefined,
    follow,
    async sweepMarkers(isClosed) {
      for (const { key, revision: marker } of oldMarkers.splice(0)) {
        if (isClosed()) return;
        await nats.ask(() =>
          nats.manager.streams.purge(`KV_${BUCKET}`, { filter: `$KV.${BUCKET}.${key}`, seq: marker + 1 }),
        );
      }
    },
  };
}
