/**
 * Position and ledger of each writer, beside InfluxDB in the shared state, because InfluxDB has no transactions.
 * One record a writer is the commit: it changes in one put, with the revision of the last one, so a writer that was replaced finds out.
 * Ledger rows that changed lately stand in that record; older ones in pages, which hold nothing newer than the record says.
 */
import { codeOf, DaoyuError } from '../errors.ts';
import type { Committed, Progress } from './store.ts';
import { addCounts, type LedgerChanges, type LedgerCounts, ledgerRows } from './tallies.ts';

/** What is asked of the shared state. */
export interface ProgressState {
  get<T>(key: string): Promise<{ readonly value: T; readonly revision: number } | undefined>;
  put(key: string, value: unknown, expected?: number): Promise<number>;
  list<T>(prefix: string): AsyncIterable<{ readonly key: string; readonly value: T }>;
}

/** Points that were stored before a batch: by `kind/park/device`, by time, with their site and fields. */
export type Found = Readonly<
  Record<string, Readonly<Record<string, readonly [site: string, fields: readonly string[]]>>>
>;

/** A batch that is being written: what it is held against stays the same however often it is written. */
export interface Begun {
  readonly upTo: number;
  readonly found: Found;
}

type Counts = readonly [received: number, duplicate: number, quarantined: number, stored: number];

interface Committing {
  readonly position: number;
  /** Readings stored by this writer, for the status. */
  readonly readings: number;
  readonly begun?: Begun;
  /** Rows that the pages do not have yet, by `park/device`. */
  readonly changed: Readonly<Record<string, Counts>>;
  /** How often the pages were brought up to date. */
  readonly flushes: number;
}

const NONE: Committing = { position: 0, readings: 0, changed: {}, flushes: 0 };
const PAGES = 64;
/** More changed rows than this go to the pages, so that a commit stays a few ten kilobytes. */
const MAX_CHANGED = 256;

export interface WriterProgress {
  readonly position: number;
  readonly begun: Begun | undefined;
  /** Durable when it resolves. Both reject with `STORE_CONFLICT` when another process went on as this writer. */
  begin(begun: Begun): Promise<void>;
  commit(position: number, changes: LedgerChanges, stored: number): Promise<void>;
}

const writerKey = (prefix: string, writer: string) => `${prefix}writers/${writer}`;
const pagesKey = (prefix: string, writer: string) => `${prefix}ledger/${writer}/`;

export async function openProgress(state: ProgressState, prefix: string, writer: string): Promise<WriterProgress> {
  const item = await state.get<Committing>(writerKey(prefix, writer));
  let revision = item?.revision ?? 0;
  let record = item?.value ?? NONE;
  const sums = new Map<string, LedgerCounts>();
  for await (const { value } of state.list<Record<string, Counts>>(pagesKey(prefix, writer))) overlay(sums, value);
  overlay(sums, record.changed);

  async function put(next: Committing): Promise<void> {
    try {
      revision = await state.put(writerKey(prefix, writer), next, revision);
      record = next;
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
    for (const [number, page] of pages) await state.put(`${pagesKey(prefix, writer)}${number}`, page);
    await put({ ...record, changed: {}, flushes: record.flushes + 1 });
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

/** What all writers committed, whichever process they run in. */
export async function readCommitted(state: ProgressState, prefix: string): Promise<CommittedRecords> {
  let records = await readRecords(state, prefix);
  for (;;) {
    const pages: (readonly [writer: string, rows: Readonly<Record<string, Counts>>])[] = [];
    for await (const { key, value } of state.list<Record<string, Counts>>(`${prefix}ledger/`))
      pages.push([key.slice(`${prefix}ledger/`.length).split('/')[0] ?? '', value]);
    const before = records;
    records = await readRecords(state, prefix);
    // Rows may have gone from a record to the pages between the two looks.
    const isSteady = [...records].every(([writer, { flushes }]) => (before.get(writer) ?? NONE).flushes === flushes);
    if (isSteady) return summed(records, pages);
  }
}

/** Where each writer stands, without the ledger. */
export async function readPositions(state: ProgressState, prefix: string): Promise<Map<string, number>> {
  return new Map([...(await readRecords(state, prefix))].map(([writer, { position }]) => [writer, position]));
}

async function readRecords(state: ProgressState, prefix: string): Promise<Map<string, Committing>> {
  const records = new Map<string, Committing>();
  const start = `${prefix}writers/`;
  for await (const { key, value } of state.list<Committing>(start)) records.set(key.slice(start.length), value);
  return records;
}

function summed(
  records: ReadonlyMap<string, Committing>,
  pages: readonly (readonly [writer: string, rows: Readonly<Record<string, Counts>>])[],
): CommittedRecords {
  const total = new Map<string, LedgerCounts>();
  const writers: Record<string, Progress> = {};
  let readings = 0;
  for (const [writer, { position, begun, changed, readings: stored }] of records) {
    writers[writer] = { position, ...(begun && { begunTo: begun.upTo }) };
    readings += stored;
    const sums = new Map<string, LedgerCounts>();
    for (const [owner, rows] of pages) if (owner === writer) overlay(sums, rows);
    overlay(sums, changed);
    for (const [key, counts] of sums) total.set(key, addCounts(total.get(key), counts));
  }
  return { writers, ledger: ledgerRows(total), readings };
}

function overlay(sums: Map<string, LedgerCounts>, rows: Readonly<Record<string, Counts>>): void {
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
