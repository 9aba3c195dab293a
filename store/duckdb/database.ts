/** DuckDB as a file, a writing connection and some reading ones; the only file that imports it, and the one that puts its errors in our words. */
import { constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  SQLNULL,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api';
import type { DiskSpace } from '../../base/disk-space.ts';
import { DaoyuError } from '../../base/errors.ts';

export type Cell = number | bigint | string | null;
export type ColumnType = 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'VARCHAR' | 'UTINYINT';
const TYPES: Readonly<Record<ColumnType, DuckDBType>> = { INTEGER, BIGINT, DOUBLE, VARCHAR, UTINYINT };

export interface Database {
  /** Runs within the writer's transaction; all or nothing, one at a time. Rejects with `STORE_UNAVAILABLE`. */
  transaction<T>(work: (writer: Writer) => Promise<T>): Promise<T>;
  /** One consistent view for several queries. */
  read<T>(work: (reader: Reader) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Copies the file and its write-ahead log between two transactions. */
  copyTo(folder: string): Promise<void>;
  sizeBytes(): number;
  close(): Promise<void>;
}

export interface Reader {
  /** Column by column. Whole numbers are bound as BIGINT. */
  columns(sql: string, values?: readonly Cell[]): Promise<readonly (readonly unknown[])[]>;
  /** The same in chunks of some thousand rows, yielding to the event loop in between. */
  stream(sql: string, values?: readonly Cell[]): AsyncIterable<readonly (readonly unknown[])[]>;
}

export interface Writer extends Reader {
  run(sql: string, values?: readonly Cell[]): Promise<void>;
  /** Column by column, all of one length. */
  append(table: string, types: readonly ColumnType[], columns: readonly (readonly Cell[])[]): Promise<void>;
}

export interface DatabaseOptions {
  readonly file: string;
  readonly memory: string;
  readonly threads: number;
  readonly space?: DiskSpace;
}

/** Rows of a data chunk. */
const CHUNK = 2048;
const READERS = 4;

/** Rejects with `STORE_LOCKED` when another process holds the file. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
  let instance = await open(options);
  let writer = await instance.connect();
  let readers: DuckDBConnection[] = [];
  let readersMade = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let isBroken = false;
  let reading = 0;
  const waiting: ((connection: DuckDBConnection) => void)[] = [];

  /** After some failures (a full disk in a checkpoint) DuckDB refuses everything until the file is opened again. */
  async function reopen(): Promise<void> {
    for (const connection of [writer, ...readers]) connection.closeSync();
    readers = [];
    readersMade = 0;
    instance.closeSync();
    instance = await open(options);
    writer = await instance.connect();
    isBroken = false;
  }

  async function inTransaction<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    if (isBroken && reading === 0) await reopen();
    try {
      options.space?.check();
      await writer.run('BEGIN');
      const result = await work(writerOn(writer));
      await writer.run('COMMIT');
      return result;
    } catch (error) {
      await writer.run('ROLLBACK').catch(() => {});
      // Reopening the file costs little compared with an error that would repeat for ever.
      if (!(error instanceof DaoyuError)) isBroken = true;
      throw translate(error);
    }
  }

  /** First come, first served: a caller that asks repeatedly, such as an export, queues again each time. */
  async function takeReader(): Promise<DuckDBConnection> {
    const idle = readers.pop();
    if (idle !== undefined) return idle;
    if (readersMade >= READERS) return await new Promise((resolve) => waiting.push(resolve));
    readersMade += 1;
    return await instance.connect();
  }

  function giveBack(connection: DuckDBConnection): void {
    const next = waiting.shift();
    if (next === undefined) readers.push(connection);
    else next(connection);
  }

  return {
    transaction(work) {
      const mine = turn.then(() => inTransaction(work));
      turn = mine.catch(() => {});
      return mine;
    },
    async read(work, signal) {
      // From here on the file is not reopened.
      reading += 1;
      const connection = await takeReader().catch((error: unknown) => {
        reading -= 1;
        throw translate(error);
      });
      const interrupt = () => connection.interrupt();
      try {
        signal?.throwIfAborted();
        signal?.addEventListener('abort', interrupt, { once: true });
        await connection.run('BEGIN TRANSACTION READ ONLY');
        const result = await work(readerOn(connection));
        await connection.run('COMMIT');
        return result;
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => {});
        if (signal?.aborted) throw new DaoyuError('QUERY_STOPPED', 'the query was stopped', { cause: error });
        throw translate(error);
      } finally {
        signal?.removeEventListener('abort', interrupt);
        reading -= 1;
        giveBack(connection);
      }
    },
    copyTo(folder) {
      const mine = turn.then(() => copyFiles(writer, options.file, folder));
      turn = mine.catch(() => {});
      return mine;
    },
    sizeBytes: () => sizeOf(options.file) + sizeOf(`${options.file}.wal`),
    async close() {
      await turn;
      await writer.run('CHECKPOINT').catch(() => {}); // The write-ahead log has it anyway.
      for (const connection of [writer, ...readers]) connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The two files are consistent as long as nobody writes. */
async function copyFiles(writer: DuckDBConnection, file: string, folder: string): Promise<void> {
  // If there is no room for a checkpoint, the write-ahead log stays and is copied too.
  await writer.run('CHECKPOINT').catch(() => {});
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const source of [file, `${file}.wal`]) {
    if (existsSync(source)) await copyFile(source, join(folder, basename(source)), constants.COPYFILE_FICLONE);
  }
}

async function open({ file, memory, threads }: DatabaseOptions): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(file, {
      memory_limit: memory,
      threads: String(threads),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
  } catch (error) {
    const text = String((error as Error).message);
    // The phrase used for a held lock; "block" and "lock" alone also occur in messages about damage.
    if (/could not set lock|conflicting lock/i.test(text)) {
      throw new DaoyuError('STORE_LOCKED', `the store ${file} is open in another program; close that one`, {
        cause: error,
      });
    }
    throw new DaoyuError(
      'STORE_DAMAGED',
      `the store ${file} cannot be read (${text.split('\n')[0]}); devices are served, and readings wait in the log. Restore a backup, or move ${file} and ${file}.wal away: the store is then rebuilt from what the log still holds`,
      { cause: error },
    );
  }
}

function readerOn(connection: DuckDBConnection): Reader {
  return {
    async columns(sql, values = []) {
      return (await connection.runAndReadAll(sql, ...bound(values))).getColumns();
    },
    async *stream(sql, values = []) {
      const result = await connection.stream(sql, ...bound(values));
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getColumns();
      }
    },
  };
}

function bound(values: readonly Cell[]): [DuckDBValue[], DuckDBType[]] {
  return [values.map((value) => (Number.isSafeInteger(value) ? BigInt(Number(value)) : value)), values.map(typeOf)];
}

function typeOf(value: Cell): DuckDBType {
  if (value === null) return SQLNULL;
  if (typeof value === 'string') return VARCHAR;
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? BIGINT : DOUBLE;
}

function writerOn(connection: DuckDBConnection): Writer {
  return {
    ...readerOn(connection),
    async run(sql, values = []) {
      await connection.run(sql, ...bound(values));
    },
    async append(table, types, columns) {
      const rows = columns[0]?.length ?? 0;
      const appender = await connection.createAppender(table);
      for (let at = 0; at < rows; at += CHUNK) {
        const count = Math.min(CHUNK, rows - at);
        const chunk = DuckDBDataChunk.create(
          types.map((type) => TYPES[type]),
          count,
        );
        for (const [index, column] of columns.entries())
          chunk.setColumnValues(index, (rows <= CHUNK ? column : column.slice(at, at + count)) as DuckDBValue[]);
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
      appender.closeSync();
    },
  };
}

function translate(error: unknown): DaoyuError {
  if (error instanceof DaoyuError) return error;
  return new DaoyuError('STORE_UNAVAILABLE', `the embedded store failed: ${(error as Error).message}`, {
    cause: error,
  });
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0; // Not made yet, or removed by a checkpoint.
  }
}
