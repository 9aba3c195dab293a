/** A sealed stretch of the embedded log: many entries compressed into one value, because they repeat one another almost word for word. */
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants } from 'node:zlib';
import { DaoyuError } from '../../base/errors.ts';
import type { LogRecord } from '../consumption.ts';

export interface BlockHead {
  /** Position of the first entry. */
  readonly first: number;
  /** When its youngest entry was appended, epoch ms. */
  readonly youngest: number;
}

/** Version and codec (1 byte), first position and youngest append (8 bytes each, doubles); then the body. */
const HEAD_BYTES = 17;
const VERSION = 1;
/** Readings shrink to a thirteenth at some 400 MB/s; the next levels gain little and cost several times as much (bench/README.md). */
const QUALITY = 1;
const compress = promisify(brotliCompress);

/** Columns shorten it: neighbours in a column are alike. */
interface Columns {
  readonly subjects: readonly string[];
  /** Index of its subject, distance to the position and the append before it, length of its text: of each entry. */
  readonly entries: readonly (readonly [subject: number, position: number, appendedAt: number, length: number])[];
}

/** On another thread. Positions must grow. */
export async function formatBlock(records: readonly LogRecord[]): Promise<Buffer> {
  const subjects = [...new Set(records.map(({ subject }) => subject))];
  const indexOf = new Map(subjects.map((subject, index) => [subject, index]));
  const head = Buffer.alloc(HEAD_BYTES);
  const [first] = records;
  const youngest = records.reduce((latest, { appendedAt }) => Math.max(latest, appendedAt), 0);
  head.writeUInt8(VERSION, 0);
  head.writeDoubleBE(first?.position ?? 0, 1);
  head.writeDoubleBE(youngest, 9);
  let [position, appendedAt] = [0, 0];
  const entries = records.map((record) => {
    const distances = [record.position - position, record.appendedAt - appendedAt] as const;
    position = record.position;
    appendedAt = record.appendedAt;
    return [indexOf.get(record.subject) ?? 0, ...distances, record.data.length] as const;
  });
  // JSON holds no line break, so the first one ends it.
  const text = `${JSON.stringify({ subjects, entries } satisfies Columns)}\n${records.map(({ data }) => data).join('')}`;
  const raw = Buffer.from(text);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
  };
  return Buffer.concat([head, await compress(raw, { params })]);
}

/** Throws `STORAGE_DAMAGED` for what is no block. */
export function headOf(block: Buffer): BlockHead {
  if (block.length <= HEAD_BYTES || block.readUInt8(0) !== VERSION) throw damaged();
  return { first: block.readDoubleBE(1), youngest: block.readDoubleBE(9) };
}

/** About a millisecond for a block of 256 KB. */
export function parseBlock(block: Buffer): readonly LogRecord[] {
  headOf(block);
  try {
    const text = brotliDecompressSync(block.subarray(HEAD_BYTES)).toString();
    const bodyStart = text.indexOf('\n') + 1;
    const { subjects, entries } = JSON.parse(text.slice(0, bodyStart)) as Columns;
    let [position, appendedAt, start] = [0, 0, bodyStart];
    return entries.map(([subject, distance, later, length]) => {
      position += distance;
      appendedAt += later;
      const data = text.slice(start, start + length);
      start += length;
      return { position, subject: subjects[subject] ?? '', appendedAt, data };
    });
  } catch (cause) {
    throw damaged(cause);
  }
}

function damaged(cause?: unknown): DaoyuError {
  const message = 'a sealed stretch of the log cannot be read: it was damaged, or written by a newer version';
  return new DaoyuError('STORAGE_DAMAGED', message, { cause });
}
