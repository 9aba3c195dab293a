/** The entries of the embedded log on disk: appended in order, the oldest removed when nobody waits for them. */
import type { Environment, Table } from '../../engines/lmdb.ts';
import type { Entry } from '../bus.ts';
import type { LogRecord } from '../consumption.ts';
import { formatRecord, parseRecord, readRecords, sizeOf } from './record.ts';

/** Entries removed in one commit, so that forgetting never holds up appends for long. */
const REMOVED_AT_ONCE = 500;

export interface Entries {
  readonly first: number;
  /** The last durable one; what is being appended lies behind it. */
  readonly last: number;
  readonly sizeBytes: number;
  /** Resolves when they are fsynced, with what was appended. Positions are given in the order of the calls. */
  append(batch: readonly Entry[], appendedAt: number): Promise<readonly LogRecord[]>;
  read(after: number, limit: number): readonly LogRecord[];
  /** In one commit: the oldest up to a position, as long as they are wanted away. With how many went; as many as one commit may hold: ask again. */
  removeOldest(upTo: number, isUnwanted: (record: LogRecord) => boolean): Promise<number>;
  readonly removedAtOnce: number;
}

export function openEntries(environment: Environment, meta: Table<string>): Entries {
  const table = environment.table<number>('entries');
  let last = Number(meta.get('last') ?? 0);
  let first = [...table.getKeys({ limit: 1 })][0] ?? last + 1;
  let sizeBytes = Number(meta.get('size') ?? 0);
  /** Taken synchronously by appends under way: their commits may resolve in any order, their positions stand. */
  let next = last + 1;

  /** One removal at a time: two would count the same entries twice. */
  let removing: Promise<unknown> = Promise.resolve();

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

  async function removeOldest(upTo: number, isUnwanted: (record: LogRecord) => boolean): Promise<number> {
    const before = first;
    let [count, freed] = [0, 0];
    try {
      await environment.commit((put) => {
        for (const { key, value } of table.getRange({ start: first, end: upTo + 1, limit: REMOVED_AT_ONCE })) {
          if (!isUnwanted(parseRecord(key, value))) break;
          put(table, key, undefined);
          freed += sizeOf(value);
          count += 1;
          first = key + 1;
        }
        // At once, for the appends that say the size meanwhile.
        sizeBytes -= freed;
        put(meta, 'size', String(sizeBytes));
      });
    } catch (error) {
      first = before;
      sizeBytes += freed;
      throw error;
    }
    return count;
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
    removedAtOnce: REMOVED_AT_ONCE,
    append,
    read: (after, limit) => readRecords(table, Math.max(after + 1, first), last, limit),
    removeOldest(upTo, isUnwanted) {
      const work = removing.then(() => removeOldest(upTo, isUnwanted));
      removing = work.catch(() => undefined);
      return work;
    },
  };
}
