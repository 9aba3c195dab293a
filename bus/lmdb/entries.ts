/**
 * The entries of the embedded log on disk: small appends go into the journal first and into their table now and then, large ones at once; sealed in
 * blocks later, the oldest removed when nobody waits for them.
 */
import { randomInt } from 'node:crypto';
import type { DiskSpace } from '../../base/disk-space.ts';
import type { Environment, Put, Table } from '../../engines/lmdb.ts';
import type { Entry } from '../bus.ts';
import type { LogRecord } from '../consumption.ts';
import { formatBlock } from './block.ts';
import { openBlocks, type Piece, sizeOfBlock } from './blocks.ts';
import { openJournal } from './journal.ts';
import { formatRecord, parseRecord, readRecords, sizeOf, sizeOfRecord } from './record.ts';

/** Entries removed in one commit, so that forgetting never holds up appends for long; of blocks, each some pages, so many fewer. */
const REMOVED_AT_ONCE = 500;
const BLOCK_WEIGHT = 20;
/** A block has at least so many characters, or so many entries: large enough to compress well, small enough to be read within a millisecond or two. */
const BLOCK_SIZE = 256 * 1024;
const BLOCK_ENTRIES = 1000;
/** From this size on an append goes straight into the table: to write it twice would cost more than the cheaper sync saves. */
const LARGE = 64 * 1024;

export interface EntriesOptions {
  readonly folder: string;
  readonly environment: Environment;
  readonly meta: Table<string>;
  readonly space?: DiskSpace | undefined;
}

export interface Entries {
  readonly first: number;
  /** The last durable one; what is being appended lies behind it. */
  readonly last: number;
  readonly sizeBytes: number;
  /** Of those that are not sealed. */
  readonly looseBytes: number;
  /** Resolves when they are fsynced, with what was appended. Positions are given in the order of the calls. */
  append(batch: readonly Entry[], appendedAt: number): Promise<readonly LogRecord[]>;
  /** Carries what is in the journal alone into the table, with what `also` puts, in one commit. False: there was nothing to do. */
  settle(also?: (put: Put) => void): Promise<boolean>;
  read(after: number, limit: number): readonly LogRecord[];
  /** Puts a block in the place of the oldest loose entries up to a position, in one commit. False: they do not fill one. */
  seal(upTo: number): Promise<boolean>;
  /** In one commit: the oldest up to a position, as long as they are wanted away. With how many pieces went; ask again until none does. */
  removeOldest(upTo: number, isUnwanted: (piece: Piece) => boolean): Promise<number>;
  /** Of the journal; the environment stays open. What is under way must have ended. */
  close(): void;
}

/** An append that waits for its turn. */
interface Waiting {
  readonly records: readonly LogRecord[];
  readonly size: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export async function openEntries({ folder, environment, meta, space }: EntriesOptions): Promise<Entries> {
  const table = environment.table<number>('entries');
  const blocks = openBlocks(environment);
  const [id, done] = await journalOf(environment, meta);
  const journal = openJournal({ folder, id, generation: (done + 1) >>> 0 });
  /** Durable in the journal, and not in the table yet. */
  let young: LogRecord[] = [...journal.left];
  /** The last of the table. */
  let tableLast = Number(meta.get('last') ?? 0);
  let last = young.at(-1)?.position ?? tableLast;
  let first = blocks.first() ?? [...table.getKeys({ limit: 1 })][0] ?? young[0]?.position ?? last + 1;
  /** Of all, those that are being appended included. */
  let sizeBytes = Number(meta.get('size') ?? 0);
  /** Of those that are not in the table. */
  let youngBytes = 0;
  let sealedBytes = Number(meta.get('sealed') ?? 0);
  /** Taken synchronously by appends under way: their positions stand. */
  let next = last + 1;
  let queue: Waiting[] = [];
  let working: Promise<void> = Promise.resolve();

  youngBytes = sizeOfAll(young);
  sizeBytes += youngBytes;
  // A crash left it: readers and removals meet it where it belongs.
  if (young.length > 0) await carry([]);

  /** One removal or sealing at a time: two would take the same entries twice. */
  let tidying: Promise<unknown> = Promise.resolve();

  function inTurn<T>(tidy: () => Promise<T>): Promise<T> {
    const work = tidying.then(tidy);
    tidying = work.catch(() => undefined);
    return work;
  }

  function append(batch: readonly Entry[], appendedAt: number): Promise<readonly LogRecord[]> {
    const records = batch.map(({ subject, data, parsed }, offset) => ({
      ...{ position: next + offset, subject, appendedAt, data, parsed },
    }));
    const size = sizeOfAll(records);
    next += records.length;
    sizeBytes += size;
    youngBytes += size;
    return new Promise((resolve, reject) => {
      queue.push({ records, size, resolve: () => resolve(records), reject });
      if (queue.length === 1) inOrder(writeQueue).catch(() => undefined);
    });
  }

  /** One write at a time, so that what is acknowledged has no hole before it. */
  function inOrder<T>(write: () => Promise<T>): Promise<T> {
    const work = working.then(write);
    working = work.then(ignore, ignore);
    return work;
  }

  /** All that wait go together. */
  async function writeQueue(): Promise<void> {
    const group = queue;
    queue = [];
    const records = group.length === 1 ? (group[0]?.records ?? []) : group.flatMap((each) => each.records);
    const size = group.reduce((sum, each) => sum + each.size, 0);
    try {
      if (size >= LARGE || !journal.hasRoom(records)) await carry(records);
      else {
        space?.check();
        await journal.append(records);
        young.push(...records);
      }
      last = records.at(-1)?.position ?? last;
      for (const { resolve } of group) resolve();
    } catch (error) {
      sizeBytes -= size;
      youngBytes -= size;
      for (const { reject } of group) reject(error);
    }
  }

  /** Into the table: what only the journal holds, and what comes behind it. */
  async function carry(records: readonly LogRecord[], also?: (put: Put) => void): Promise<void> {
    const all = [...young, ...records];
    const end = all.at(-1)?.position ?? tableLast;
    const size = sizeOfAll(all);
    youngBytes -= size;
    try {
      await environment.commit((put) => {
        for (const { position, subject, appendedAt, data } of all)
          put(table, position, formatRecord(subject, appendedAt, data));
        put(meta, 'last', String(end));
        put(meta, 'size', String(sizeBytes - youngBytes));
        put(meta, 'journal', `${id} ${journal.generation}`);
        also?.(put);
      });
    } catch (error) {
      youngBytes += size;
      throw error;
    }
    journal.next();
    young = [];
    tableLast = end;
  }

  /** All are read in one turn of the event loop, so in one snapshot: an entry is in one of them. */
  function read(after: number, limit: number): readonly LogRecord[] {
    const from = Math.max(after + 1, first);
    const sealed = blocks.read(from, limit);
    if (sealed !== undefined) return sealed;
    const found = from > tableLast ? [] : readRecords(table, from, tableLast, limit);
    if (found.length > 0) return found;
    const start = young.findIndex(({ position }) => position >= from);
    return start < 0 ? [] : young.slice(start, start + limit);
  }

  /** The oldest loose entries that fill a block. */
  function stretch(upTo: number): { readonly records: readonly LogRecord[]; readonly size: number } | undefined {
    const records: LogRecord[] = [];
    let size = 0;
    let characters = 0;
    for (const { key, value } of table.getRange({
      start: first,
      end: Math.min(upTo, tableLast) + 1,
      limit: BLOCK_ENTRIES,
    })) {
      records.push(parseRecord(key, value));
      size += sizeOf(value);
      characters += value.length;
      if (characters >= BLOCK_SIZE) return { records, size };
    }
    return records.length === BLOCK_ENTRIES ? { records, size } : undefined;
  }

  async function seal(upTo: number): Promise<boolean> {
    // Asked every few seconds, also when nothing comes.
    if (sizeBytes - sealedBytes < Math.min(BLOCK_SIZE, BLOCK_ENTRIES * sizeOf(''))) return false;
    const found = stretch(upTo);
    const end = found?.records.at(-1);
    if (found === undefined || end === undefined) return false;
    const { records, size } = found;
    const block = await formatBlock(records);
    const gained = size - sizeOfBlock(block);
    await change(-gained, sizeOfBlock(block), (put) => {
      blocks.put(put, end.position, block);
      for (const { position } of records) put(table, position, undefined);
    });
    return true;
  }

  /** Sizes change at once, for the appends that say them meanwhile. */
  async function change(more: number, moreSealed: number, write: Parameters<Environment['commit']>[0]): Promise<void> {
    sizeBytes += more;
    sealedBytes += moreSealed;
    try {
      await environment.commit((put) => {
        write(put);
        put(meta, 'size', String(sizeBytes - youngBytes));
        put(meta, 'sealed', String(sealedBytes));
      });
    } catch (error) {
      sizeBytes -= more;
      sealedBytes -= moreSealed;
      throw error;
    }
  }

  function* oldest(upTo: number): Generator<Piece> {
    yield* blocks.oldest(upTo);
    for (const { key, value } of table.getRange({ start: first, end: upTo + 1 })) {
      const { appendedAt } = parseRecord(key, value);
      const remove: Piece['remove'] = (put) => put(table, key, undefined);
      yield { last: key, appendedAt, sizeBytes: sizeOf(value), isSealed: false, remove };
    }
  }

  async function removeOldest(upTo: number, isUnwanted: (piece: Piece) => boolean): Promise<number> {
    const pieces: Piece[] = [];
    let [weight, freed, freedSealed] = [0, 0, 0];
    for (const piece of oldest(upTo)) {
      if (weight >= REMOVED_AT_ONCE || !isUnwanted(piece)) break;
      pieces.push(piece);
      weight += piece.isSealed ? BLOCK_WEIGHT : 1;
      freed += piece.sizeBytes;
      if (piece.isSealed) freedSealed += piece.sizeBytes;
    }
    const end = pieces.at(-1);
    if (end === undefined) return 0;
    const before = first;
    first = end.last + 1;
    try {
      await change(-freed, -freedSealed, (put) => {
        for (const piece of pieces) piece.remove(put);
      });
    } catch (error) {
      first = before;
      throw error;
    }
    return pieces.length;
  }

  return {
    get first() {
      return first;
    },
    get last() {
      return last;
    },
    get sizeBytes() {
      return sizeBytes;
    },
    get looseBytes() {
      return sizeBytes - sealedBytes;
    },
    append,
    settle: (also) =>
      inOrder(async () => {
        if (young.length === 0 && also === undefined) return false;
        await carry([], also);
        return true;
      }),
    read,
    seal: (upTo) => inTurn(() => seal(upTo)),
    removeOldest: (upTo, isUnwanted) => inTurn(() => removeOldest(upTo, isUnwanted)),
    close: journal.close,
  };
}

/** Which journal belongs to this log, and the last generation of it that is in the table. On disk before the first record. */
async function journalOf(environment: Environment, meta: Table<string>): Promise<readonly [id: number, done: number]> {
  const [id, done] = meta.get('journal')?.split(' ').map(Number) ?? [];
  if (id !== undefined && done !== undefined) return [id, done];
  const made = randomInt(2 ** 32);
  await environment.commit((put) => put(meta, 'journal', `${made} 0`));
  return [made, 0];
}

/** As they count in the table. */
const sizeOfAll = (records: readonly LogRecord[]) => records.reduce((sum, record) => sum + sizeOfRecord(record), 0);

function ignore(): void {}
