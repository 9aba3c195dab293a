/** The newest entries of a log as they were appended, so that consumers that keep up need not read and decode again what this process just wrote. */
import type { LogRecord } from '../consumption.ts';

export interface Tail {
  /** Durable entries in the order of their positions. What does not join on to those before begins anew. */
  add(records: readonly LogRecord[]): void;
  /** The entries behind a position, oldest first, at most so many; undefined when they are not all here and the log must be asked. */
  behind(position: number, limit: number): readonly LogRecord[] | undefined;
}

/** What an entry says takes about so many times the memory of its text: half as much packed, and more once somebody has asked for objects. */
const PARSED_FACTOR = 2;

const sizeOf = ({ data, parsed }: LogRecord) => data.length * (parsed === undefined ? 1 : 1 + PARSED_FACTOR);

/** Beyond so many characters the oldest go, what they say counted with them. Who is further behind reads the log. */
export function createTail(maxSize: number): Tail {
  let records: LogRecord[] = [];
  /** Those before it are gone; they are cut off now and then, not one by one. */
  let start = 0;
  let size = 0;

  return {
    add(added) {
      const end = records.at(-1);
      const [next] = added;
      const isNext = end === undefined || next === undefined || next.position === end.position + 1;
      // Positions of an append that failed: only the log knows whether nothing else stands there.
      if (!isNext) {
        records = [];
        start = 0;
        size = 0;
      }
      if (end !== undefined && next !== undefined && next.position <= end.position) return;
      for (const record of added) {
        records.push(record);
        size += sizeOf(record);
      }
      for (let oldest = records[start]; size > maxSize && oldest !== undefined; oldest = records[start]) {
        size -= sizeOf(oldest);
        start += 1;
      }
      if (start > records.length / 2) {
        records = records.slice(start);
        start = 0;
      }
    },
    behind(position, limit) {
      const oldest = records[start];
      if (oldest === undefined || position + 1 < oldest.position) return undefined;
      const index = start + position + 1 - oldest.position;
      return records.slice(index, index + limit);
    },
  };
}
