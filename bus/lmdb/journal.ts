/**
 * Where small appends become durable: a file of fixed size, written in order and synced, whose content goes into LMDB now and then, many entries in
 * one commit. A commit of LMDB writes some seven pages and syncs twice, however small; a record here is one short write and one sync.
 *
 * Each record carries the generation that it belongs to and a checksum. What is in LMDB ends a generation: the commit names it, and the next record
 * begins again at the start of the file. So after a crash the records of the generation behind the one that LMDB names count, up to the first that
 * is not whole: it was never acknowledged.
 */
import { closeSync, constants, fdatasync, fstatSync, fsyncSync, openSync, readSync, write, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { LogRecord } from '../consumption.ts';

export const JOURNAL_BYTES = 2 * 1024 * 1024;
/** Which journal, generation, bytes behind the head, checksum of all of it: four bytes each. */
const HEAD_BYTES = 16;
/** Position and time, doubles, and the length of subject and data, four bytes each: before each entry. */
const ENTRY_BYTES = 24;
/** On Linux a write can sync itself, which spares a second way to the thread pool; elsewhere it means less than `fdatasync` does. */
const SYNCS_ITSELF = process.platform === 'linux';

export interface Journal {
  /** What a crash left, of the generation that it was opened with. */
  readonly left: readonly LogRecord[];
  /** Of what is written from now on. */
  readonly generation: number;
  hasRoom(records: readonly LogRecord[]): boolean;
  /** Resolves when they are on disk, all or none; one call at a time. Rejects with `DISK_FULL` or `STORAGE_FAILED`. */
  append(records: readonly LogRecord[]): Promise<void>;
  /** The commit that names the generation is durable: its records may be written over. */
  next(): void;
  close(): void;
}

export interface JournalOptions {
  readonly folder: string;
  /** Tells the journal of this log from that of another, whose file may lie here. */
  readonly id: number;
  /** The one behind the last that is in LMDB. */
  readonly generation: number;
}

/** Throws `STORAGE_DAMAGED` when a part is missing in the middle. */
export function openJournal({ folder, id, generation: first }: JournalOptions): Journal {
  const file = join(folder, 'journal');
  const fd = openFile(file);
  let generation = first;
  const { records: left, end } = readOrClose(fd, id, generation);
  /** Where the next record goes. */
  let at = end;
  let scratch = Buffer.alloc(64 * 1024);

  function encode(records: readonly LogRecord[]): Buffer {
    const most = mostBytes(records);
    if (scratch.length < most) scratch = Buffer.alloc(most);
    let to = HEAD_BYTES;
    for (const { position, appendedAt, subject, data } of records) {
      const subjectBytes = scratch.write(subject, to + ENTRY_BYTES);
      const dataBytes = scratch.write(data, to + ENTRY_BYTES + subjectBytes);
      scratch.writeDoubleLE(position, to);
      scratch.writeDoubleLE(appendedAt, to + 8);
      scratch.writeUInt32LE(subjectBytes, to + 16);
      scratch.writeUInt32LE(dataBytes, to + 20);
      to += ENTRY_BYTES + subjectBytes + dataBytes;
    }
    scratch.writeUInt32LE(id, 0);
    scratch.writeUInt32LE(generation, 4);
    scratch.writeUInt32LE(to - HEAD_BYTES, 8);
    scratch.writeUInt32LE(checksum(scratch.subarray(0, to)), 12);
    return scratch.subarray(0, to);
  }

  return {
    left,
    get generation() {
      return generation;
    },
    hasRoom: (records) => at + mostBytes(records) <= JOURNAL_BYTES,
    async append(records) {
      const bytes = encode(records);
      await writeAll(fd, bytes, at).catch((error: unknown) => {
        throw translate(error, file);
      });
      at += bytes.length;
    },
    next() {
      generation = (generation + 1) >>> 0;
      at = 0;
    },
    close: () => closeSync(fd),
  };
}

/** A character has three bytes at most. */
function mostBytes(records: readonly LogRecord[]): number {
  let bytes = HEAD_BYTES;
  for (const { subject, data } of records) bytes += ENTRY_BYTES + 3 * (subject.length + data.length);
  return bytes;
}

/** Its room is taken once and for all: a write that makes the file longer has more to sync. */
function openFile(file: string): number {
  try {
    const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | (SYNCS_ITSELF ? constants.O_DSYNC : 0), 0o600);
    const size = fstatSync(fd).size;
    if (size < JOURNAL_BYTES) {
      writeSync(fd, Buffer.alloc(JOURNAL_BYTES - size), 0, JOURNAL_BYTES - size, size);
      fsyncSync(fd);
      syncFolder(dirname(file));
    }
    return fd;
  } catch (error) {
    throw translate(error, file);
  }
}

/** That the file is there must be on disk as well. Windows knows no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

async function writeAll(fd: number, bytes: Buffer, at: number): Promise<void> {
  for (let from = 0; from < bytes.length; ) from += await writeSome(fd, bytes.subarray(from), at + from);
  if (!SYNCS_ITSELF)
    await new Promise<void>((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())));
}

function writeSome(fd: number, bytes: Buffer, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, 0, bytes.length, at, (error, written) => (error ? reject(error) : resolve(written)));
  });
}

function readOrClose(fd: number, id: number, generation: number) {
  try {
    return readAll(fd, id, generation);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function readAll(fd: number, id: number, generation: number): { readonly records: LogRecord[]; readonly end: number } {
  const bytes = Buffer.alloc(JOURNAL_BYTES);
  readSync(fd, bytes, 0, JOURNAL_BYTES, 0);
  const records: LogRecord[] = [];
  let at = 0;
  for (;;) {
    const end = endOfRecord(bytes, at, id, generation);
    if (end === undefined) {
      checkRest(bytes, at, id, generation);
      return { records, end: at };
    }
    for (at += HEAD_BYTES; at < end; ) {
      const subjectAt = at + ENTRY_BYTES;
      const dataAt = subjectAt + bytes.readUInt32LE(at + 16);
      const dataEnd = dataAt + bytes.readUInt32LE(at + 20);
      records.push({
        position: bytes.readDoubleLE(at),
        appendedAt: bytes.readDoubleLE(at + 8),
        subject: bytes.toString('utf8', subjectAt, dataAt),
        data: bytes.toString('utf8', dataAt, dataEnd),
      });
      at = dataEnd;
    }
  }
}

/** Undefined: no whole record of this generation is there. */
function endOfRecord(bytes: Buffer, at: number, id: number, generation: number): number | undefined {
  if (at + HEAD_BYTES > bytes.length) return undefined;
  if (bytes.readUInt32LE(at) !== id || bytes.readUInt32LE(at + 4) !== generation) return undefined;
  const end = at + HEAD_BYTES + bytes.readUInt32LE(at + 8);
  if (end > bytes.length) return undefined;
  return checksum(bytes.subarray(at, end)) === bytes.readUInt32LE(at + 12) ? end : undefined;
}

/** The last append may have been cut, and nothing lies behind it. A whole record behind one that is not means that the disk lost what was acknowledged. */
function checkRest(bytes: Buffer, from: number, id: number, generation: number): void {
  const start = Buffer.alloc(8);
  start.writeUInt32LE(id, 0);
  start.writeUInt32LE(generation, 4);
  for (let at = bytes.indexOf(start, from + 1); at >= 0; at = bytes.indexOf(start, at + 1)) {
    if (endOfRecord(bytes, at, id, generation) === undefined) continue;
    throw new DaoyuError(
      'STORAGE_DAMAGED',
      `the journal of the log is damaged at byte ${from}: entries that were acknowledged cannot be read. Restore a backup; or remove the file bus/journal: the last seconds before the stop are lost then`,
    );
  }
}

/** Of a record, all but the checksum itself. */
const checksum = (record: Buffer) => crc32(record.subarray(HEAD_BYTES), crc32(record.subarray(0, HEAD_BYTES - 4)));

function translate(error: unknown, file: string): DaoyuError {
  if (codeOf(error) === 'ENOSPC')
    return new DaoyuError('DISK_FULL', `no space is left on the disk of ${file}: make room, intake goes on by itself`, {
      cause: error,
    });
  const reason = error instanceof Error ? error.message : String(error);
  return new DaoyuError('STORAGE_FAILED', `${file} cannot be written or read: ${reason}`, { cause: error });
}
