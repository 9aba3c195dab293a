/** An entry of the log as it stands in LMDB. */
import type { Table } from '../../engines/lmdb.ts';
import type { Entry } from '../bus.ts';
import type { LogRecord } from '../consumption.ts';

/** `subject appendedAt data`: neither of the first two holds a blank. */
export function formatRecord(subject: string, appendedAt: number, data: string): string {
  return `${subject} ${appendedAt} ${data}`;
}

export function parseRecord(position: number, value: string): LogRecord {
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
export function sizeOf(value: string): number {
  return value.length + 64;
}

/** The same before it is formatted. */
export function sizeOfRecord({ subject, appendedAt, data }: LogRecord): number {
  return subject.length + String(appendedAt).length + data.length + 2 + 64;
}

/** Before it has a time of its own: epoch ms have 13 digits until the year 2286. */
export function sizeOfEntry({ subject, data }: Entry): number {
  return subject.length + data.length + 15 + 64;
}

/** From the first position to the last, at most so many. */
export function readRecords(entries: Table<number>, first: number, last: number, limit: number): readonly LogRecord[] {
  return [...entries.getRange({ start: first, end: last + 1, limit })].map(({ key, value }) => parseRecord(key, value));
}
