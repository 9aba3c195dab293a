/** The entries of the embedded log on disk: appended in order, sealed in blocks later, the oldest removed when nobody waits for them. */
import type { Environment, Table } from '../../engines/lmdb.ts';
import type { Entry } from '../bus.ts';
import type { LogRecord } from '../consumption.ts';
import { formatBlock } from './block.ts';
import { openBlocks, type Piece, sizeOfBlock } from './blocks.ts';
import { formatRecord, parseRecord, readRecords, sizeOf } from './record.ts';

/** Entries removed in one commit, so that forgetting never holds up appends for long; of blocks, each some pages, so many fewer. */
const REMOVED_AT_ONCE = 500;
const BLOCK_WEIGHT = 20;
/** A block has at least so many characters, or so many entries: large enough to compress well, small enough to be read within a millisecond or two. */
const BLOCK_SIZE = 256 * 1024;
const BLOCK_ENTRIES = 1000;

export interface Entries {
  readonly first: number;
  /** The last durable one; what is being appended lies behind it. */
  readonly last: number;
  readonly sizeBytes: number;
  /** Of those that are not sealed. */
  readonly looseBytes: number;
  /** Resolves when they are fsynced, with what was appended. Positions are given in the order of the calls. */
  append(batch: readonly Entry[], appendedAt: number): Promise<readonly LogRecord[]>;
  read(after: number, limit: number): readonly LogRecord[];
  /** Puts a block in the place of the oldest loose entries up to a position, in one commit. False: they do not fill one. */
  seal(upTo: number): Promise<boolean>;
  /** In one commit: the oldest up to a position, as long as they are wanted away. With how many pieces went; ask again until none does. */
  removeOldest(upTo: number, isUnwanted: (piece: Piece) => boolean): Promise<number>;
}

export function openEntries(environment: Environment, meta: Table<string>): Entries {
  const table = environment.table<number>('entries');
  const blocks = openBlocks(environment);
  let last = Number(meta.get('last') ?? 0);
  let first = blocks.first() ?? [...table.getKeys({ limit: 1 })][0] ?? last + 1;
  let sizeBytes = Number(meta.get('size') ?? 0);
  let sealedBytes = Number(meta.get('sealed') ?? 0);
  /** Taken synchronously by appends under way: their commits may resolve in any order, their positions stand. */
  let next = last + 1;

  /** One removal or sealing at a time: two would take the same entries twice. */
  let tidying: Promise<unknown> = Promise.resolve();

  function inTurn<T>(tidy: () => Promise<T>): Promise<T> {
    const work = tidying.then(tidy);
    tidying = work.catch(() => undefined);
    return work;
  }

  async function append(batch: readonly Entry[], appendedAt: number): Promise<readonly LogRecord[]> {
    const texts = batch.map(({ subject, data }) => formatRecord(subject, appendedAt, data));
    const needed = texts.reduce((total, text) => total + sizeOf(text), 0);
    const begin = next;
    next += texts.length;
    const end = next - 1;
    sizeBytes += needed;
    try {
      await environment.commit((put) => {
        for (const [offset, text] of texts.entries()) put(table, begin + offset, text);
        put(meta, 'last', String(end));
        put(meta, 'size', String(sizeBytes));
      });
    } catch (error) {
      sizeBytes -= needed;
      throw error;
    }
    last = Math.max(last, end);
    return batch.map(({ subject, data, parsed }, offset) => ({
      position: begin + offset,
      subject,
      appendedAt,
      data,
      parsed,
    }));
  }

  /** Both tables are read in one turn of the event loop, so in one snapshot: an entry is in one of them. */
  function read(after: number, limit: number): readonly LogRecord[] {
    const from = Math.max(after + 1, first);
    return blocks.read(from, limit) ?? readRecords(table, from, last, limit);
  }

  /** The oldest loose entries that fill a block. */
  function stretch(upTo: number): { readonly records: readonly LogRecord[]; readonly size: number } | undefined {
    const records: LogRecord[] = [];
    let size = 0;
    let characters = 0;
    for (const { key, value } of table.getRange({
      start: first,
      end: Math.min(upTo, last) + 1,
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
        put(meta, 'size', String(sizeBytes));
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
    read,
    seal: (upTo) => inTurn(() => seal(upTo)),
    removeOldest: (upTo, isUnwanted) => inTurn(() => removeOldest(upTo, isUnwanted)),
  };
}
