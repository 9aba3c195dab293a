/** The event log on LMDB: one process, fsync before an append resolves, positions and consumers in the same files. */

import { setTimeout as wait } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { DiskSpace } from '../../base/disk-space.ts';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import { type Environment, openEnvironment, type Put, type Table } from '../../engines/lmdb.ts';
import type { Bus, BusStatus, Entry } from '../bus.ts';
import { createReaders, type Readers } from '../readers.ts';
import { mayUseReserve, reserveOf } from '../reserve.ts';
import { type Entries, openEntries } from './entries.ts';
import { sizeOfEntry } from './record.ts';
import { createTail, type Tail } from './tail.ts';

export interface EmbeddedBusOptions {
  readonly folder: string;
  /** Beyond it the oldest entries go that every durable consumer took; when none may go, appends are refused. */
  readonly maxBytes: number;
  /** Entries that every durable consumer took stay this long, for replays to ephemeral ones. */
  readonly retainMs: number;
  readonly clock: () => number;
  readonly space?: DiskSpace;
  /** How often it puts down what the journal holds and where consumers stand, removes and seals; default every 2 s. */
  readonly tendEveryMs?: number;
  /** Characters that lie unsealed before entries that a consumer still needs are sealed as well: in a long outage of the store the disk is worth
   * more than the time of a late reader. */
  readonly mostLoose?: number;
}

/** Positions of consumers become durable this often: after a crash up to so much is delivered again. */
const TEND_EVERY_MS = 2000;
const MOST_LOOSE = 16 * 1024 * 1024;
const SLICE_ENTRIES = 64;
/** Live readers see a reading within some 20 ms, alarms are judged and `latest` grows within a quarter of a second; who skips it moves on within a second. */
const WAKING = { everyMs: 20, laggingEveryMs: 250, laggingChars: 1024 * 1024, othersEveryMs: 1000 } as const;
/** The newest entries, kept in memory for consumers that keep up: about a second of them at full speed, and a small part of a small heap. */
const TAIL_SIZE = Math.min(32 * 1024 * 1024, getHeapStatistics().heap_size_limit * 0.04);

/** What the parts of one open log share. */
interface Log extends EmbeddedBusOptions {
  readonly environment: Environment;
  readonly meta: Table<string>;
  readonly entries: Entries;
  readonly readers: Readers;
  readonly tail: Tail;
  /** Names whose position is not on disk yet. */
  readonly unsaved: Set<string>;
  problem: BusStatus['problem'];
  /** Size of what there was no room for: the log is full until there is. */
  refusedBytes: number;
  isClosed: boolean;
}

export async function openLmdbBus(options: EmbeddedBusOptions): Promise<Bus> {
  const log = await openLog(options);
  const { environment, entries, readers, maxBytes } = log;
  const underWay = new Set<Promise<unknown>>();
  let tending: Promise<void> | undefined;
  const sweeper = setInterval(() => {
    tending ??= inBackground(log, () => tend(log)).finally(() => {
      tending = undefined;
    });
  }, options.tendEveryMs ?? TEND_EVERY_MS);
  sweeper.unref();

  return {
    append(batch) {
      const work = append(log, batch);
      const owned = work.then(ignore, ignore);
      underWay.add(owned);
      void owned.then(() => underWay.delete(owned));
      return work;
    },
    async consume(consume) {
      const consumption = readers.consume(consume);
      try {
        // From now on the log keeps for it, after a crash too.
        if (consume.name !== undefined && log.unsaved.has(consume.name)) await putDown(log);
        return consumption;
      } catch (error) {
        await consumption.close();
        throw unavailable(error);
      }
    },
    async forget(name) {
      readers.forget(name);
      log.unsaved.delete(name);
      await environment.commit((put) => put(log.meta, consumerKey(name), undefined));
    },
    async status() {
      const { problem, isClosed } = log;
      return {
        isWritable: !isClosed && problem === undefined,
        ...(problem && { problem }),
        durability: { survives: 'power loss', message: 'every append is synced to the disk of this machine' },
        sizeBytes: entries.sizeBytes,
        maxBytes,
        firstPosition: entries.first,
        lastPosition: entries.last,
        consumers: readers.status(),
      };
    },
    async copyTo(folder) {
      await entries.settle();
      await environment.copyTo(folder);
    },
    async close() {
      log.isClosed = true;
      clearInterval(sweeper);
      await readers.close();
      await Promise.all([...underWay, tending]);
      await inBackground(log, () => putDown(log));
      entries.close();
      await environment.close();
    },
  };
}

async function openLog(options: EmbeddedBusOptions): Promise<Log> {
  const { folder, space } = options;
  const environment = openEnvironment(folder, space);
  const meta = environment.table<string>('meta');
  const entries = await openEntries({ folder, environment, meta, space }).catch(async (error: unknown) => {
    await environment.close();
    throw error;
  });
  const tail = createTail(TAIL_SIZE);
  const unsaved = new Set<string>();
  const readers = createReaders({
    positions: loadPositions(meta),
    first: () => entries.first,
    last: () => entries.last,
    read: (after) => tail.behind(after, SLICE_ENTRIES) ?? entries.read(after, SLICE_ENTRIES),
    onMoved: (name) => void unsaved.add(name),
    waking: WAKING,
  });
  const condition = { problem: undefined, refusedBytes: 0, isClosed: false };
  return { ...options, environment, meta, entries, readers, tail, unsaved, ...condition };
}

async function append(log: Log, batch: readonly Entry[]): Promise<number> {
  if (log.isClosed) throw new DaoyuError('BUS_UNAVAILABLE', 'the log is closed');
  const { entries, maxBytes, tail, readers } = log;
  const appendedAt = log.clock();
  const needed = batch.reduce((sum, entry) => sum + sizeOfEntry(entry), 0);
  try {
    const isEntitled = mayUseReserve(batch);
    const refusal = await makeRoom(log, isEntitled ? Math.max(needed, log.refusedBytes) : needed);
    log.refusedBytes = refusal === undefined ? 0 : Math.max(needed, log.refusedBytes);
    if (refusal !== undefined && !(isEntitled && entries.sizeBytes + needed <= maxBytes)) throw refusal;
    const records = await entries.append(batch, appendedAt);
    log.problem = refusal && problemOf(refusal);
    tail.add(records);
    readers.wake(records);
    return records.at(-1)?.position ?? entries.last;
  } catch (error) {
    log.problem = problemOf(error);
    throw codeOf(error) === 'BUS_FULL' ? error : unavailable(error);
  }
}

/** Why there is none, short of the reserve. */
async function makeRoom({ entries, readers, maxBytes }: Log, needed: number): Promise<DaoyuError | undefined> {
  const excess = () => entries.sizeBytes + needed - (maxBytes - reserveOf(maxBytes));
  while (excess() > 0) {
    let freed = 0;
    const removed = await entries.removeOldest(readers.floor(), ({ sizeBytes }) => {
      const isUnwanted = freed < excess();
      freed += sizeBytes;
      return isUnwanted;
    });
    if (removed > 0 || excess() <= 0 || (await entries.settle())) continue;
    const message = `the log is full: ${maxBytes} bytes of entries that ${readers.slowest()} still needs. Mend that consumer or raise DAOYU_BUS_MAX_BYTES.`;
    return new DaoyuError('BUS_FULL', message);
  }
  return undefined;
}

/** Puts down, removes what is old and taken, and seals what is taken; looks whether a disk that failed takes writes again, so that readiness does not wait for the next device. */
async function tend(log: Log): Promise<void> {
  const { entries, readers, clock, retainMs, environment, meta } = log;
  if (log.problem !== undefined && log.problem.code !== 'BUS_FULL') {
    await environment.commit((put) => put(meta, 'probe', ''));
    log.problem = undefined;
  }
  await putDown(log);
  const before = clock() - retainMs;
  while (!log.isClosed) {
    const removed = await entries.removeOldest(readers.floor(), ({ appendedAt }) => appendedAt < before);
    if (removed === 0) break;
  }
  await seal(log);
}

/** Block by block, resting in between as long as each took: intake goes first. */
async function seal(log: Log): Promise<void> {
  const { entries, readers, mostLoose = MOST_LOOSE } = log;
  for (;;) {
    if (log.isClosed) return;
    const upTo = entries.looseBytes > mostLoose ? entries.last : readers.floor();
    const began = performance.now();
    if (!(await entries.seal(upTo))) return;
    await wait(performance.now() - began, undefined, { ref: false });
  }
}

/** What the journal holds and where consumers stand, in one commit: on the disk no consumer stands behind the end of the table. */
async function putDown({ entries, meta, readers, unsaved }: Log): Promise<void> {
  const names = [...unsaved];
  unsaved.clear();
  const putPositions = (put: Put) => {
    for (const name of names) {
      const position = readers.positionOf(name);
      if (position !== undefined) put(meta, consumerKey(name), String(position));
    }
  };
  try {
    await entries.settle(names.length === 0 ? undefined : putPositions);
  } catch (error) {
    for (const name of names) unsaved.add(name);
    throw error;
  }
}

/** Work that nobody awaits: a failure shows in `status`, and the next round tries again. */
function inBackground(log: Log, work: () => Promise<void>): Promise<void> {
  return work().catch((error: unknown) => {
    log.problem = problemOf(error);
  });
}

function problemOf(error: unknown): NonNullable<BusStatus['problem']> {
  return { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}

function unavailable(cause: unknown): DaoyuError {
  const message = `the log cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new DaoyuError('BUS_UNAVAILABLE', message, { cause });
}

const consumerKey = (name: string) => `consumer/${name}`;

function loadPositions(meta: Table<string>): readonly (readonly [string, number])[] {
  const range = meta.getRange({ start: 'consumer/', end: 'consumer0' });
  return [...range].map(({ key, value }) => [key.slice('consumer/'.length), Number(value)]);
}

function ignore(): void {}
