/** Shared state on a JetStream bucket: every process on the same NATS sees the same registry; as durable as the server makes its writes. */

import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { JETSTREAM_CODES, jetStreamCode, type KV, type KvEntry, openNats } from '../engines/nats/connection.ts';
import { patiently } from '../engines/nats/patience.ts';
import { createPublisher } from '../engines/nats/publisher.ts';
import { formatKvKey, parseKvKey } from './jetstream-key.ts';
import { createKeyIndex } from './key-index.ts';
import type { Change, Item, Kv, ListOptions } from './kv.ts';

export interface JetStreamKvOptions {
  readonly url: string;
  readonly replicas: number;
  readonly clock: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const BUCKET = 'DAOYU_STATE';
/** Values fetched at one time for a list. */
const SLICE = 64;
/** Marks of removed keys are kept for processes that were away so long. */
const FORGET_REMOVED_MS = 7 * 24 * 3_600_000;
const AGAIN_AFTER_MS = 500;
/** Half a second for a write that another server of the cluster has accepted and not stored yet. */
const UNDER_WAY_TRIES = 10;
const UNDER_WAY_AGAIN_MS = 50;

type Headers = readonly (readonly [string, string])[];

interface Watcher {
  readonly prefix: string;
  readonly onChange: (change: Change<never>) => void;
}

/** The keys are mirrored in memory, the values are not. */
export async function openJetStreamKv({ url, replicas, clock, log }: JetStreamKvOptions): Promise<Kv> {
  const nats = await openNats({ url, name: 'daoyu state', log });
  const index = createKeyIndex();
  const watchers = new Set<Watcher>();
  const publisher = createPublisher({ nats });
  const prefix = crypto.randomUUID();
  /** The last write under way of each key; resolves either way. */
  const writing = new Map<string, Promise<void>>();
  let count = 0;
  let isClosed = false;
  let revision = 0;
  let stopFollowing: (() => void) | undefined;

  /** Marks of removals that are old enough to go. */
  const oldMarks: KvEntry[] = [];

  async function open(): Promise<KV> {
    const description = 'Registry and quarantine of daoyu.';
    const options = { history: 1, storage: 'file', replicas, allow_direct: false, description } as const;
    const bucket = await nats.ask(() => nats.buckets.create(BUCKET, options));
    const { streamInfo } = await nats.ask(() => bucket.status());
    revision = streamInfo.state.last_seq;
    if (streamInfo.state.messages === 0) return bucket;
    for await (const entry of await nats.ask(() => bucket.watch({ headers_only: true }))) {
      const isThere = entry.operation === 'PUT';
      if (isThere) index.note(parseKvKey(entry.key), entry.revision, true);
      else if (entry.created.getTime() < clock() - FORGET_REMOVED_MS) oldMarks.push(entry);
      if (entry.delta === 0) break;
    }
    return bucket;
  }

  /** Notes a change, ours or another's, and tells of it once. */
  function apply(key: string, at: number, value: unknown, isThere: boolean): void {
    if (!index.note(key, at, isThere)) return;
    for (const watcher of watchers) {
      if (!key.startsWith(watcher.prefix)) continue;
      watcher.onChange(isThere ? { key, item: { key, revision: at, value: value as never } } : { key });
    }
  }

  async function follow(): Promise<void> {
    const changes = await nats.ask(() => kv.watch({ resumeFromRevision: revision + 1 }));
    stopFollowing = () => changes.stop();
    if (isClosed) return;
    for await (const entry of changes) {
      revision = Math.max(revision, entry.revision);
      const key = parseKvKey(entry.key);
      const isThere = entry.operation === 'PUT';
      apply(key, entry.revision, isThere ? entry.json() : undefined, isThere);
      // The server tells in order: nothing older of the key can come any more.
      if (!isThere) index.forget(key, entry.revision);
    }
  }

  /** The client makes the watch anew over lost connections; should it end all the same, so do we. */
  async function keepFollowing(): Promise<void> {
    for (;;) {
      await follow().catch(() => {});
      if (isClosed) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    }
  }

  const kv = await patiently(nats, log, 'state', open).catch(async (error: unknown) => {
    isClosed = true;
    await publisher.close();
    await nats.close();
    throw error;
  });
  const following = keepFollowing();
  void sweepMarks().catch((error: unknown) =>
    log.warn({ code: codeOf(error) }, 'old marks of removals stay until the next start'),
  );

  async function sweepMarks(): Promise<void> {
    for (const { key, revision: mark } of oldMarks.splice(0)) {
      if (isClosed) return;
      await nats.ask(() =>
        nats.manager.streams.purge(`KV_${BUCKET}`, { filter: `$KV.${BUCKET}.${key}`, seq: mark + 1 }),
      );
    }
  }

  /**
   * One at a time of each key. Of two on their way, both kept by a server that was killed before it acknowledged either, it knows only the second
   * afterwards, since it keeps one message a key; the first, sent again, would come to lie on top.
   */
  async function write(key: string, value: unknown, headers: Headers = []): Promise<number> {
    const before = writing.get(key);
    const work = before === undefined ? send(key, value, headers) : before.then(() => send(key, value, headers));
    const over = work.then(ignore, ignore);
    writing.set(key, over);
    try {
      return await work;
    } finally {
      if (writing.get(key) === over) writing.delete(key);
    }
  }

  async function send(key: string, value: unknown, headers: Headers): Promise<number> {
    count += 1;
    const isThere = value !== undefined;
    const at = await publisher.publish({
      subject: `$KV.${BUCKET}.${formatKvKey(key)}`,
      data: isThere ? JSON.stringify(value) : '',
      id: `${prefix}-${count}`,
      headers: isThere ? headers : [...headers, ['KV-Operation', 'DEL']],
    });
    apply(key, at, value, isThere);
    return at;
  }

  async function entryOf(key: string): Promise<KvEntry | undefined> {
    return (await nats.ask(() => kv.get(formatKvKey(key)))) ?? undefined;
  }

  async function get<T>(key: string): Promise<Item<T> | undefined> {
    const entry = await entryOf(key);
    if (entry === undefined || entry.operation !== 'PUT') return undefined;
    return { key, value: entry.json<T>(), revision: entry.revision };
  }

  /** What the key has become since a revision. In a cluster the write that was first may still be on its way to its servers. */
  async function entryAfter(key: string, seen: number): Promise<KvEntry | undefined> {
    for (let tries = 0; ; tries++) {
      const entry = await entryOf(key);
      if ((entry?.revision ?? 0) !== seen || tries === UNDER_WAY_TRIES) return entry;
      await new Promise((resolve) => setTimeout(resolve, UNDER_WAY_AGAIN_MS));
    }
  }

  /** A removed key has the revision of its mark on the server, and 0 for us. */
  async function putExpecting(key: string, value: unknown, expected: number, onServer = expected): Promise<number> {
    try {
      return await write(key, value, [['Nats-Expected-Last-Subject-Sequence', String(onServer)]]);
    } catch (cause) {
      if (!isStale(cause)) throw cause;
      const entry = await entryAfter(key, onServer);
      const mark = entry?.operation === 'PUT' ? 0 : (entry?.revision ?? 0);
      if (expected === 0 && mark > onServer) return await putExpecting(key, value, expected, mark);
      const current = mark > 0 ? 0 : (entry?.revision ?? 0);
      const message = `${key} was changed by somebody else meanwhile (revision ${current}, not ${expected})`;
      throw new DaoyuError('STATE_CONFLICT', message, { cause });
    }
  }

  async function* list<T>(under: string, options: ListOptions = {}): AsyncGenerator<Item<T>> {
    const { limit = Number.POSITIVE_INFINITY, reverse: isReverse = false } = options;
    let { after } = options;
    for (let left = limit; left > 0; ) {
      const keys = index.range(under, { after, isReverse, limit: Math.min(SLICE, left) });
      const items = await Promise.all(keys.map((key) => get<T>(key)));
      for (const item of items) if (item !== undefined) yield item;
      left -= items.filter((item) => item !== undefined).length;
      after = keys.at(-1);
      if (after === undefined) return;
    }
  }

  return {
    get,
    put: (key, value, expected) => (expected === undefined ? write(key, value) : putExpecting(key, value, expected)),
    async delete(key) {
      await write(key, undefined);
    },
    list,
    async watch<T>(under: string, onChange: (change: Change<T>) => void) {
      const watcher: Watcher = { prefix: under, onChange };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      watchers.clear();
      await publisher.close();
      stopFollowing?.();
      await nats.close();
      await following;
    },
  };
}

/** Two codes say it: which one depends on the version of the server and on whether it is in a cluster. */
function isStale(error: unknown): boolean {
  const code = jetStreamCode(error);
  return code === JETSTREAM_CODES.wrongLastSequence || code === JETSTREAM_CODES.wrongLastSequenceUnderWay;
}

function ignore(): void {}
