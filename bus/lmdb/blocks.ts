/** The sealed stretches of the log: a table of blocks by the position of their last entry, read as if they were entries. */
import type { Environment, Put, Table } from '../../engines/lmdb.ts';
import type { LogRecord } from '../consumption.ts';
import { headOf, parseBlock } from './block.ts';

/** Parsed ones kept for who reads on: about half a megabyte each, one for each late reader. */
const KEPT = 4;
/** LMDB's share, as of an entry. */
const OVERHEAD = 64;

/** What the oldest part of the log is made of: a block, or an entry. */
export interface Piece {
  readonly last: number;
  /** Epoch ms, of its youngest entry. */
  readonly appendedAt: number;
  readonly sizeBytes: number;
  readonly isSealed: boolean;
  remove(put: Put): void;
}

export interface Blocks {
  /** Position of the first entry in them; undefined: there are none. */
  first(): number | undefined;
  /** Entries from a position on, at most so many; undefined when no block reaches as far. */
  read(from: number, limit: number): readonly LogRecord[] | undefined;
  put(put: Put, last: number, block: Buffer): void;
  /** Those that end at or before a position, oldest first. */
  oldest(upTo: number): Iterable<Piece>;
}

export const sizeOfBlock = (block: Buffer) => block.length + OVERHEAD;

export function openBlocks(environment: Environment): Blocks {
  const table: Table<number, Buffer> = environment.bytesTable<number>('blocks');
  /** Least recently read first. */
  let kept: readonly (readonly LogRecord[])[] = [];

  function parsed(from: number): readonly LogRecord[] | undefined {
    const known = kept.find((records) => isWithin(records, from));
    const records = known ?? load(from);
    if (records !== undefined) kept = [...kept.filter((each) => each !== records), records].slice(-KEPT);
    return records;
  }

  function load(from: number): readonly LogRecord[] | undefined {
    for (const { value } of table.getRange({ start: from, limit: 1 })) return parseBlock(value);
    return undefined;
  }

  return {
    first() {
      for (const { value } of table.getRange({ limit: 1 })) return headOf(value).first;
      return undefined;
    },
    read(from, limit) {
      const records = parsed(from);
      if (records === undefined) return undefined;
      const start = records.findIndex(({ position }) => position >= from);
      return records.slice(start, start + limit);
    },
    put: (put, last, block) => put(table, last, block),
    *oldest(upTo) {
      for (const { key, value } of table.getRange({ end: upTo + 1 })) {
        const { youngest } = headOf(value);
        const sizeBytes = sizeOfBlock(value);
        yield {
          last: key,
          appendedAt: youngest,
          sizeBytes,
          isSealed: true,
          remove: (put) => put(table, key, undefined),
        };
      }
    },
  };
}

function isWithin(records: readonly LogRecord[], position: number): boolean {
  return position >= (records[0]?.position ?? Infinity) && position <= (records.at(-1)?.position ?? 0);
}
