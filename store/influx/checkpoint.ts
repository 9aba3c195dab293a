/**
 * Position and ledger of each writer, beside InfluxDB in the shared state, because InfluxDB has no transactions.
 * One record per writer is the commit: it changes in one put, with the expected revision, so that a replaced writer notices. Recently changed ledger
 * rows are in that record; older ones are in pages, which hold nothing newer than the record and also change by revision only.
 */
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Committed, LedgerRow, Progress } from '../store.ts';
import { addCounts, LedgerChanges, type LedgerCounts, ledgerRows } from '../tallies.ts';

/** The part of the shared state that it uses. */
export interface CheckpointKv {
  get<T>(key: string): Promise<{ readonly value: T; readonly revision: number } | undefined>;
  put(key: string, value: unknown, expected?: number): Promise<number>;
  list<T>(prefix: string): AsyncIterable<{ readonly key: string; readonly value: T }>;
}

/** Points that were stored before a batch: by `kind/park/device`, by time, with their site and fields. */
export type Found = Readonly<
  Record<string, Readonly<Record<string, readonly [site: string, fields: readonly string[]]>>>
>;

/** A batch being written, with its lookup result, which stays the same however often the batch is written. */
export interface Begun {
  readonly upTo: number;
  readonly found: Found;
}

type Page = Readonly<Record<string, Counts>>;
type Counts = readonly [received: number, duplicate: number, quarantined: number, stored: number];

interface Committing {
  readonly position: number;
  /** Readings stored by this writer, for the status. */
  readonly readings: number;
  readonly begun?: Begun;
  /** Rows that the pages do not have yet, by `park/device`. */
  readonly changed: Readonly<Record<string, Counts>>;
  /** How often the pages were updated. */
  readonly flushes: number;
  /** Names of the pages. Listing keys would not do: another process sees new keys a little late and would miss their rows. */
  readonly pages: readonly number[];
}

const NONE: Committing = { position: 0, readings: 0, changed: {}, flushes: 0, pages: [] };
const PAGES = 64;
const ALL_PAGES = Array.from({ length: PAGES }, (_, number) => number);
/** Beyond this many, changed rows move to the pages, so that a commit stays at some ten kilobytes. */
const MAX_CHANGED = 256;

export interface WriterCheckpoint {
  readonly position: number;
  readonly begun: Begun | undefined;
  /** Durable when it resolves. Both reject with `STORE_CONFLICT` if another process has taken over as this writer. */
  begin(begun: Begun): Promise<void>;
  commit(position: number, changes: LedgerChanges, stored: number): Promise<void>;
}

const writerKey = (prefix: string, writer: string) => `${prefix}writers/${writer}`;
const pageKey = (prefix: string, writer: string, number: number) => `${prefix}ledger/${writer}/${number}`;

export async function openCheckpoint(kv: CheckpointKv, prefix: string, writer: string): Promise<WriterCheckpoint> {
  const item = await kv.get<Committing>(writerKey(prefix, writer));
  let revision = item?.revision ?? 0;
  let record = item === undefined ? NONE : named(item.value);
  const sums = new Map<string, LedgerCounts>();
  /** Of the pages as they are on the state now. A process that was replaced finds out also between two pages. */
  const revisions = new Map<number, number>();
  // All pages: one written just before a crash is not named in the record yet, but has a revision.
  const pages = await Promise.all(ALL_PAGES.map((number) => kv.get<Page>(pageKey(prefix, writer, number))));
  for (const [number, page] of pages.entries()) {
    if (page === undefined) continue;
    revisions.set(number, page.revision);
    overlay(sums, page.value);
  }
  overlay(sums, record.changed);

  async function put(next: Committing): Promise<void> {
    revision = await putOwn(writerKey(prefix, writer), next, revision);
    record = next;
  }

  async function putOwn(key: string, value: unknown, expected: number): Promise<number> {
    try {
      return await kv.put(key, value, expected);
    } catch (error) {
      if (codeOf(error) !== 'STATE_CONFLICT') throw error;
      throw new DaoyuError('STORE_CONFLICT', `another process writes to the store as ${writer}`, { cause: error });
    }
  }

  async function flush(): Promise<void> {
    const pages = new Map<number, Record<string, Counts>>();
    const touched = new Set(Object.keys(record.changed).map(pageOf));
    for (const [key, counts] of sums) {
      const number = pageOf(key);
      if (!touched.has(number)) continue;
      const page = pages.get(number) ?? {};
      page[key] = packed(counts);
      pages.set(number, page);
    }
    for (const [number, page] of pages)
      revisions.set(number, await putOwn(pageKey(prefix, writer, number), page, revisions.get(number) ?? 0));
    const names = [...new Set([...record.pages, ...pages.keys()])].sort((a, b) => a - b);
    await put({ ...record, changed: {}, flushes: record.flushes + 1, pages: names });
  }

  return {
    get position() {
      return record.position;
    },
    get begun() {
      return record.begun;
    },
    begin: (begun) => put({ ...record, begun }),
    async commit(position, changes, stored) {
      const fresh = new Map<string, LedgerCounts>();
      for (const [key, change] of changes.rows) fresh.set(key, addCounts(sums.get(key), change));
      const changed = { ...record.changed, ...Object.fromEntries([...fresh].map(([key, row]) => [key, packed(row)])) };
      const { begun: _done, ...rest } = record;
      await put({ ...rest, position, readings: record.readings + stored, changed });
      for (const [key, counts] of fresh) sums.set(key, counts);
      if (Object.keys(changed).length > MAX_CHANGED) await flush();
    },
  };
}

export interface CommittedRecords extends Committed {
  readonly readings: number;
}

/** Everything committed by all writers, in any process. */
export async function readCommitted(kv: CheckpointKv, prefix: string): Promise<CommittedRecords> {
  let records = await readRecords(kv, prefix);
  for (;;) {
    const before = records;
    const pages = await Promise.all([...before].map(([writer, { pages: numbers }]) => readPages(writer, numbers)));
    records = await readRecords(kv, prefix);
    // Rows may have moved from a record to the pages between the two reads.
    const isSteady = [...records].every(([writer, { flushes }]) => (before.get(writer) ?? NONE).flushes === flushes);
    if (isSteady) return summed(records, new Map(pages));
  }

  async function readPages(writer: string, numbers: readonly number[]): Promise<readonly [string, readonly Page[]]> {
    const found = await Promise.all(numbers.map((number) => kv.get<Page>(pageKey(prefix, writer, number))));
    return [writer, found.flatMap((item) => (item === undefined ? [] : [item.value]))];
  }
}

/** See `Checkpoint.adopt`; the readings themselves were counted when written. */
export async function adopt(
  kv: CheckpointKv,
  prefix: string,
  writer: string,
  { position, rows }: { readonly position: number; readonly rows: readonly LedgerRow[] },
): Promise<void> {
  const checkpoint = await openCheckpoint(kv, prefix, writer);
  if (checkpoint.position > 0) return;
  const changes = new LedgerChanges();
  for (const { park, device, ...counts } of rows) changes.rows.set(`${park}/${device}`, counts);
  await checkpoint.commit(position, changes, 0);
}

/** End of the batch that a writer has begun and not committed. */
export async function readPending(kv: CheckpointKv, prefix: string, writer: string): Promise<number | undefined> {
  const item = await kv.get<Committing>(writerKey(prefix, writer));
  return item?.value.begun?.upTo;
}

/** Position of each writer, without the ledger. */
export async function readPositions(kv: CheckpointKv, prefix: string): Promise<Map<string, number>> {
  return new Map([...(await readRecords(kv, prefix))].map(([writer, { position }]) => [writer, position]));
}

async function readRecords(kv: CheckpointKv, prefix: string): Promise<Map<string, Committing>> {
  const records = new Map<string, Committing>();
  const start = `${prefix}writers/`;
  for await (const { key, value } of kv.list<Committing>(start)) records.set(key.slice(start.length), named(value));
  return records;
}

/** A record from before pages were named may have any of them. */
function named(record: Omit<Committing, 'pages'> & Partial<Committing>): Committing {
  return { pages: ALL_PAGES, ...record };
}

function summed(
  records: ReadonlyMap<string, Committing>,
  pages: ReadonlyMap<string, readonly Page[]>,
): CommittedRecords {
  const total = new Map<string, LedgerCounts>();
  const writers: Record<string, Progress> = {};
  let readings = 0;
  for (const [writer, { position, changed, readings: stored }] of records) {
    writers[writer] = { position };
    readings += stored;
    const sums = new Map<string, LedgerCounts>();
    for (const rows of pages.get(writer) ?? []) overlay(sums, rows);
    overlay(sums, changed);
    for (const [key, counts] of sums) total.set(key, addCounts(total.get(key), counts));
  }
  return { writers, ledger: ledgerRows(total), readings };
}

function overlay(sums: Map<string, LedgerCounts>, rows: Page): void {
  for (const [key, [received, duplicate, quarantined, stored]] of Object.entries(rows))
    sums.set(key, { received, duplicate, quarantined, stored });
}

function packed({ received, duplicate, quarantined, stored }: LedgerCounts): Counts {
  return [received, duplicate, quarantined, stored];
}

function pageOf(key: string): number {
  let hash = 0;
  for (let index = 0; index < key.length; index++) hash = (Math.imul(hash, 31) + key.charCodeAt(index)) >>> 0;
  return hash % PAGES;
}
