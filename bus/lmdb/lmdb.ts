/** The event log on LMDB: one process, fsync before an append resolves, positions and consumers in the same files. */
import type { DiskSpace } from '../../base/disk-space.ts';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import { openEnvironment, type Put, type Table } from '../../engines/lmdb.ts';
import type { Bus, BusStatus, ConsumeOptions, Entry } from '../bus.ts';
import { createConsumption, type LogConsumption, type LogRecord } from '../consumption.ts';
import { createTail } from './tail.ts';

export interface EmbeddedBusOptions {
  readonly folder: string;
  /** Beyond it the oldest entries go that every durable consumer took; when none may go, appends are refused. */
  readonly maxBytes: number;
  /** Entries that every durable consumer took stay this long, for replays to ephemeral ones. */
  readonly retainMs: number;
  readonly clock: () => number;
  readonly space?: DiskSpace;
}

/** Entries removed in one commit, so that forgetting never holds up appends for long. */
const SWEEP_ENTRIES = 500;
const SWEEP_EVERY_MS = 5000;
/** Positions of consumers become durable this often; after a crash up to so much is delivered again. */
const SAVE_POSITIONS_MS = 500;
const SLICE_ENTRIES = 64;
/** Characters of the newest entries kept in memory for consumers that keep up: more than a second of them at full speed. */
const TAIL_SIZE = 8 * 1024 * 1024;

export async function openLmdbBus({ folder, maxBytes, retainMs, clock, space }: EmbeddedBusOptions): Promise<Bus> {
  const environment = openEnvironment(folder, space);
  const entries = environment.table<number>('entries');
  const meta = environment.table<string>('meta');
  let last = Number(meta.get('last') ?? 0);
  let sizeBytes = Number(meta.get('size') ?? 0);
  let first = firstKey(entries) ?? last + 1;
  /** What appends under way will have added; they are ordered by the positions taken synchronously. */
  let next = last + 1;
  const taken = new Map(loadPositions(meta));
  const unsaved = new Set<string>();
  const consumptions = new Set<LogConsumption>();
  const tail = createTail(TAIL_SIZE);
  let problem: BusStatus['problem'];
  let isClosed = false;
  let sweeping: Promise<void> | undefined;
  const underWay = new Set<Promise<unknown>>();

  const floor = () => Math.min(last, ...taken.values());

  /** Within a commit: removes the oldest entries nobody waits for while `isWanted`. */
  function removeOldest(put: Put, isWanted: (record: LogRecord) => boolean, limit: number): number {
    let removed = 0;
    const upTo = floor();
    for (const { key, value } of entries.getRange({ start: first, end: upTo + 1, limit })) {
      if (!isWanted(decode(key, value))) break;
      put(entries, key, undefined);
      sizeBytes -= sizeOf(value);
      first = key + 1;
      removed += 1;
    }
    return removed;
  }

  async function append(batch: readonly Entry[]): Promise<number> {
    if (isClosed) throw new DaoyuError('BUS_UNAVAILABLE', 'the log is closed');
    const appendedAt = clock();
    const values = batch.map(({ subject, data }) => encode(subject, appendedAt, data));
    const needed = values.reduce((sum, value) => sum + sizeOf(value), 0);
    if (sizeBytes + needed > maxBytes) await makeRoom(needed);
    const begin = next;
    next += values.length;
    const end = next - 1;
    sizeBytes += needed;
    try {
      await environment.commit((put) => {
        for (const [offset, value] of values.entries()) put(entries, begin + offset, value);
        put(meta, 'last', String(end));
        put(meta, 'size', String(sizeBytes));
      });
    } catch (error) {
      sizeBytes -= needed;
      problem = { code: codeOf(error), message: (error as Error).message };
      throw new DaoyuError('BUS_UNAVAILABLE', `the log cannot be written: ${(error as Error).message}`, {
        cause: error,
      });
    }
    problem = undefined;
    last = Math.max(last, end);
    tail.add(batch.map(({ subject, data }, offset) => ({ position: begin + offset, subject, appendedAt, data })));
    for (const consumption of consumptions) consumption.wake();
    return end;
  }

  async function makeRoom(needed: number): Promise<void> {
    for (let excess = sizeBytes + needed - maxBytes; excess > 0; excess = sizeBytes + needed - maxBytes) {
      let removed = 0;
      await environment.commit((put) => {
        let freed = 0;
        removed = removeOldest(
          put,
          (record) => {
            const isWanted = freed < excess;
            freed += record.data.length;
            return isWanted;
          },
          SWEEP_ENTRIES,
        );
        put(meta, 'size', String(sizeBytes));
      });
      if (removed > 0) continue;
      const message = `the log is full: ${maxBytes} bytes of entries that ${slowest(taken)} still needs. Mend that consumer or raise DAOYU_BUS_MAX_BYTES.`;
      problem = { code: 'BUS_FULL', message };
      throw new DaoyuError('BUS_FULL', message);
    }
  }

  async function sweep(): Promise<void> {
    const before = clock() - retainMs;
    for (let removed = SWEEP_ENTRIES; removed === SWEEP_ENTRIES && !isClosed; ) {
      const upTo = floor();
      const [oldest] = entries.getRange({ start: first, end: upTo + 1, limit: 1 });
      if (oldest === undefined || decode(oldest.key, oldest.value).appendedAt >= before) return;
      await environment.commit((put) => {
        removed = removeOldest(put, (record) => record.appendedAt < before, SWEEP_ENTRIES);
        put(meta, 'size', String(sizeBytes));
      });
    }
  }

  async function savePositions(): Promise<void> {
    if (unsaved.size === 0) return;
    const names = [...unsaved];
    unsaved.clear();
    await environment.commit((put) => {
      for (const name of names) {
        const position = taken.get(name);
        if (position !== undefined) put(meta, consumerKey(name), String(position));
      }
    });
  }

  /** Work that nobody awaits: a failure shows in `status`, and the next round tries again. */
  function inBackground(work: () => Promise<void>): Promise<void> {
    return work().catch((error: unknown) => {
      problem = { code: codeOf(error), message: (error as Error).message };
    });
  }

  const saver = setInterval(() => void inBackground(savePositions), SAVE_POSITIONS_MS);
  const sweeper = setInterval(() => {
    sweeping ??= inBackground(sweep).finally(() => {
      sweeping = undefined;
    });
  }, SWEEP_EVERY_MS);
  saver.unref();
  sweeper.unref();

  function startOf({ from, name }: ConsumeOptions): number {
    const known = name === undefined ? undefined : taken.get(name);
    if (known !== undefined) return known;
    if (from === 'first') return first - 1;
    return from === 'new' ? last : from.after;
  }

  return {
    append(batch) {
      const work = append(batch);
      const owned = work.then(
        () => {},
        () => {},
      );
      underWay.add(owned);
      void owned.then(() => underWay.delete(owned));
      return work;
    },
    async consume(options) {
      const { name } = options;
      const after = startOf(options);
      if (name !== undefined && !taken.has(name)) {
        taken.set(name, after);
        unsaved.add(name);
        await savePositions();
      }
      const consumption = createConsumption({
        subjects: options.subjects,
        after,
        maxInFlight: options.maxInFlight ?? 256,
        read: (position) =>
          tail.behind(position, SLICE_ENTRIES) ?? readSlice(entries, Math.max(position + 1, first), last),
        ...(name !== undefined && {
          onTaken: (position: number) => {
            taken.set(name, position);
            unsaved.add(name);
          },
        }),
        onClose: () => consumptions.delete(consumption),
      });
      consumptions.add(consumption);
      return consumption;
    },
    async forget(name) {
      taken.delete(name);
      unsaved.delete(name);
      await environment.commit((put) => put(meta, consumerKey(name), undefined));
    },
    async status() {
      return {
        isWritable: !isClosed && problem === undefined,
        ...(problem && { problem }),
        durability: { survives: 'power loss', message: 'every append is synced to the disk of this machine' },
        sizeBytes,
        maxBytes,
        firstPosition: first,
        lastPosition: last,
        consumers: [...taken].map(([name, position]) => ({ name, position, pending: Math.max(0, last - position) })),
      };
    },
    async close() {
      isClosed = true;
      clearInterval(saver);
      clearInterval(sweeper);
      await Promise.all([...consumptions].map((consumption) => consumption.close()));
      await Promise.all([...underWay, sweeping]);
      await inBackground(savePositions);
      await environment.close();
    },
  };
}

const consumerKey = (name: string) => `consumer/${name}`;

function loadPositions(meta: Table<string>): [string, number][] {
  const range = meta.getRange({ start: 'consumer/', end: 'consumer0' });
  return [...range].map(({ key, value }) => [key.slice('consumer/'.length), Number(value)]);
}

function slowest(taken: ReadonlyMap<string, number>): string {
  const [name] = [...taken].sort(([, a], [, b]) => a - b)[0] ?? ['somebody'];
  return `consumer ${name}`;
}

function firstKey(entries: Table<number>): number | undefined {
  return [...entries.getKeys({ limit: 1 })][0];
}

/** Only what is durable: entries of appends under way lie behind `last`. */
function readSlice(entries: Table<number>, start: number, last: number): readonly LogRecord[] {
  return [...entries.getRange({ start, end: last + 1, limit: SLICE_ENTRIES })].map(({ key, value }) =>
    decode(key, value),
  );
}

/** `subject appendedAt data`: neither of the first two holds a blank. */
function encode(subject: string, appendedAt: number, data: string): string {
  return `${subject} ${appendedAt} ${data}`;
}

function decode(position: number, value: string): LogRecord {
  const subjectEnd = value.indexOf(' ');
  const timeEnd = value.indexOf(' ', subjectEnd + 1);
  return {
    position,
    subject: value.slice(0, subjectEnd),
    appendedAt: Number(value.slice(subjectEnd + 1, timeEnd)),
    data: value.slice(timeEnd + 1),
  };
}

/** Characters, not bytes: close for our ASCII-heavy JSON, and counted the same when added and when removed. The constant is LMDB's share. */
function sizeOf(value: string): number {
  return value.length + 64;
}
