/** Shared state on a JetStream bucket: every process on the same NATS sees the same registry; as durable as the server makes its writes. */

import { codeOf } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { type KvEntry, openNats } from '../engines/nats/connection.ts';
import { createPublisher } from '../engines/nats/publisher.ts';
import { BUCKET, openBucket } from './jetstream-bucket.ts';
import { parseKvKey } from './jetstream-key.ts';
import { createWriter } from './jetstream-writer.ts';
import { createKeyIndex } from './key-index.ts';
import type { Change, Item, Kv, ListOptions } from './kv.ts';
import { type Home, parseValue } from './stored-value.ts';

export interface JetStreamKvOptions {
  readonly url: string;
  readonly replicas: number;
  readonly clock: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const HOME: Home = {
  name: `the bucket ${BUCKET} of NATS`,
  cure: `Restore the stream KV_${BUCKET} from a backup.`,
};

/** Values fetched at one time for a list. */
const SLICE = 64;

interface Watcher {
  readonly prefix: string;
  readonly onChange: (change: Change<never>) => void;
}

/** The keys are mirrored in memory, the values are not. */
export async function openJetStreamKv({ url, replicas, clock, log }: JetStreamKvOptions): Promise<Kv> {
  const nats = await openNats({ url, name: 'daoyu state', log });
  const index = createKeyIndex();
  const watchers = new Set<Watcher>();
  let isClosed = false;

  const bucket = await openBucket({ nats, index, replicas, clock, log }).catch(async (error: unknown) => {
    await nats.close();
    throw error;
  });
  const publisher = createPublisher({ nats });
  const writer = createWriter({ publisher, bucket, onWritten: apply });
  const following = bucket.follow((entry) => {
    const key = parseKvKey(entry.key);
    const isThere = entry.operation === 'PUT';
    try {
      apply(key, entry.revision, isThere ? storedIn(key, entry) : undefined);
    } catch (error) {
      // Whoever reads the key is told as well; the changes of other keys go on.
      index.note(key, entry.revision, isThere);
      log.warn({ code: codeOf(error), key }, (error as Error).message);
    }
    // The server delivers in order: no older change of the key can follow.
    if (!isThere) index.forget(key, entry.revision);
  });
  void bucket
    .sweepMarkers(() => isClosed)
    .catch((error: unknown) => log.warn({ code: codeOf(error) }, 'old removal markers stay until the next start'));

  /** Reports a change once, whether it is ours or another process's; `undefined` is a removal. */
  function apply(key: string, revision: number, value: unknown): void {
    const isThere = value !== undefined;
    if (!index.note(key, revision, isThere)) return;
    for (const watcher of watchers) {
      if (!key.startsWith(watcher.prefix)) continue;
      watcher.onChange(isThere ? { key, item: { key, revision, value: value as never } } : { key });
    }
  }

  async function get<T>(key: string): Promise<Item<T> | undefined> {
    const entry = await bucket.entryOf(key);
    if (entry === undefined || entry.operation !== 'PUT') return undefined;
    return { key, value: storedIn<T>(key, entry), revision: entry.revision };
  }

  async function* list<T>(prefix: string, options: ListOptions = {}): AsyncGenerator<Item<T>> {
    const { limit = Number.POSITIVE_INFINITY, reverse: isReverse = false } = options;
    let { after } = options;
    for (let left = limit; left > 0; ) {
      const keys = index.range(prefix, { after, isReverse, limit: Math.min(SLICE, left) });
      const items = await Promise.all(keys.map((key) => get<T>(key)));
      for (const item of items) if (item !== undefined) yield item;
      left -= items.filter((item) => item !== undefined).length;
      after = keys.at(-1);
      if (after === undefined) return;
    }
  }

  return {
    get,
    put: (key, value, expected) =>
      expected === undefined ? writer.write(key, value) : writer.writeExpecting(key, value, expected),
    async delete(key) {
      await writer.write(key, undefined);
    },
    list,
    async watch<T>(prefix: string, onChange: (change: Change<T>) => void) {
      const watcher: Watcher = { prefix, onChange };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      watchers.clear();
      await publisher.close();
      following.stop();
      await nats.close();
      await following.ended;
    },
  };
}

function storedIn<T>(key: string, entry: KvEntry): T {
  return parseValue<T>(key, entry.string(), HOME);
}
