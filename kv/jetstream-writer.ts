/** Writes to the JetStream bucket: one at a time per key, optionally only if the key still has an expected revision. */

import { setTimeout as wait } from 'node:timers/promises';
import { DaoyuError } from '../base/errors.ts';
import { JETSTREAM_CODES, jetStreamCode, type KvEntry } from '../engines/nats/connection.ts';
import type { Publisher } from '../engines/nats/publisher.ts';
import { BUCKET, type Bucket } from './jetstream-bucket.ts';
import { formatKvKey } from './jetstream-key.ts';

export interface WriterOptions {
  readonly publisher: Pick<Publisher, 'publish'>;
  readonly bucket: Pick<Bucket, 'entryOf'>;
  /** Called once the server has stored a value, or a removal (`undefined`), before the write resolves. */
  readonly onWritten: (key: string, revision: number, value: unknown) => void;
}

export interface Writer {
  /** Resolves with the new revision; `undefined` removes the key. */
  write(key: string, value: unknown): Promise<number>;
  /** Rejects with `STATE_CONFLICT` unless the key has this revision; 0 means that the key must not exist. */
  writeExpecting(key: string, value: unknown, expected: number): Promise<number>;
}

/** Half a second for a write that another server of the cluster has accepted and not stored yet. */
const UNDER_WAY_TRIES = 10;
const UNDER_WAY_AGAIN_MS = 50;

type Headers = readonly (readonly [string, string])[];

export function createWriter({ publisher, bucket, onWritten }: WriterOptions): Writer {
  const prefix = crypto.randomUUID();
  let count = 0;
  /** The last write in progress of each key; resolves whether it succeeds or fails. */
  const inProgress = new Map<string, Promise<void>>();

  /**
   * One at a time per key. A bucket keeps one message per key, so a server that stored two writes and was killed before it acknowledged either
   * knows only the second afterwards: the first, sent again, would then overwrite it.
   */
  async function write(key: string, value: unknown, headers: Headers = []): Promise<number> {
    const before = inProgress.get(key);
    const work = before === undefined ? send(key, value, headers) : before.then(() => send(key, value, headers));
    const settled = work.then(ignore, ignore);
    inProgress.set(key, settled);
    try {
      return await work;
    } finally {
      if (inProgress.get(key) === settled) inProgress.delete(key);
    }
  }

  async function send(key: string, value: unknown, headers: Headers): Promise<number> {
    count += 1;
    const isThere = value !== undefined;
    const revision = await publisher.publish({
      subject: `$KV.${BUCKET}.${formatKvKey(key)}`,
      data: isThere ? JSON.stringify(value) : '',
      id: `${prefix}-${count}`,
      headers: isThere ? headers : [...headers, ['KV-Operation', 'DEL']],
    });
    onWritten(key, revision, value);
    return revision;
  }

  /** The entry of the key once it differs from a revision: in a cluster the write that won may not be visible at once. */
  async function entryAfter(key: string, revision: number): Promise<KvEntry | undefined> {
    for (let tries = 0; ; tries++) {
      const entry = await bucket.entryOf(key);
      if ((entry?.revision ?? 0) !== revision || tries === UNDER_WAY_TRIES) return entry;
      await wait(UNDER_WAY_AGAIN_MS);
    }
  }

  /** A removed key has the revision of its removal marker on the server, and 0 in our contract. */
  async function writeExpecting(key: string, value: unknown, expected: number, onServer = expected): Promise<number> {
    try {
      return await write(key, value, [['Nats-Expected-Last-Subject-Sequence', String(onServer)]]);
    } catch (cause) {
      if (!isStale(cause)) throw cause;
      const entry = await entryAfter(key, onServer);
      const marker = entry?.operation === 'PUT' ? 0 : (entry?.revision ?? 0);
      if (expected === 0 && marker > onServer) return await writeExpecting(key, value, expected, marker);
      const current = marker > 0 ? 0 : (entry?.revision ?? 0);
      const message = `${key} was changed by somebody else meanwhile (revision ${current}, not ${expected})`;
      throw new DaoyuError('STATE_CONFLICT', message, { cause });
    }
  }

  return { write: (key, value) => write(key, value), writeExpecting };
}

/** Two codes say it: which one depends on the version of the server and on whether it is in a cluster. */
function isStale(error: unknown): boolean {
  const code = jetStreamCode(error);
  return code === JETSTREAM_CODES.wrongLastSequence || code === JETSTREAM_CODES.wrongLastSequenceUnderWay;
}

function ignore(): void {}
