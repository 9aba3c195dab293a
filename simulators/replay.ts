/** Publishes a CSV file of measurements over MQTT as one device: as fast as acknowledged, or at a given speed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DaoyuError } from '../base/errors.ts';
import { readCsv } from '../tables/csv.ts';
import { type Column, keysOf } from '../tables/csv-column.ts';
import { type DateOrder, dateOrderOf, looksLikeTime, offsetInHeader, parseLocalTime } from '../tables/local-time.ts';
import { createOutbox } from './outbox.ts';

export interface ReplayOptions {
  readonly file: string;
  /** Resolves with the PUBACK. */
  readonly publish: (payload: string) => Promise<void>;
  readonly timeColumn: string;
  /** UTC offset of times without one, minutes. */
  readonly offsetMinutes: number;
  /** Order of day and month in dates that end with the year. */
  readonly dateOrder?: DateOrder | undefined;
  /** CSV column → key in the payload. */
  readonly columns: Readonly<Record<string, string>>;
  /** Publishes only rows whose columns have these values. */
  readonly where?: Readonly<Record<string, string>>;
  /** Added to every time, ms. */
  readonly shiftMs: number;
  /** Measured seconds per real second; undefined: as fast as acknowledged. */
  readonly speed?: number;
  /** Rows up to this number were acknowledged by an earlier run. */
  readonly skipRows?: number;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  /** Called after each acknowledged batch; all rows up to `row` are acknowledged. */
  readonly onProgress?: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  readonly row: number;
  readonly acknowledged: number;
  readonly unreadable: number;
  readonly empty: number;
}

interface Line {
  readonly row: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Resolves once every row is acknowledged. Throws `REPLAY_COLUMN_MISSING` if the file lacks a named column. */
export async function replayFile(options: ReplayOptions): Promise<ReplayProgress> {
  const { signal, batchSize, speed, skipRows = 0 } = options;
  const progress = { row: skipRows, acknowledged: 0, unreadable: 0, empty: 0 };
  const outbox = createOutbox<Line>({
    send: async (lines) => {
      const objects = lines.map((line) => line.payload);
      await options.publish(JSON.stringify(objects.length === 1 ? objects[0] : objects));
      progress.acknowledged += lines.length;
      progress.row = lines.at(-1)?.row ?? progress.row;
      options.onProgress?.({ ...progress });
    },
    capacity: batchSize * 64,
    batchSize,
    window: 1, // Rows are acknowledged in order, so one row number suffices to resume.
  });
  const stopped = aborted(signal);
  const startedAt = performance.now(); // Monotonic: the wall clock may jump.
  let firstTime: number | undefined;
  let headers: ReadonlyMap<string, Column> = new Map();
  for await (const { number, cells } of readCsv(options.file)) {
    if (number === 1) {
      requireColumns(options, Object.keys(cells));
      headers = keysOf(Object.keys(cells));
    }
    if (number <= skipRows || signal.aborted) {
      if (signal.aborted) break;
      continue;
    }
    if (!isWanted(cells, options.where)) continue;
    const time = parseLocalTime(cells[options.timeColumn] ?? '', options.offsetMinutes, options.dateOrder);
    if (time === undefined) {
      progress.unreadable += 1;
      continue;
    }
    const values = valuesOf(cells, options.columns, headers);
    if (Object.keys(values).length === 0) {
      progress.empty += 1;
      continue;
    }
    firstTime ??= time;
    if (speed !== undefined) await waitUntil(startedAt + (time - firstTime) / speed, signal);
    outbox.put({ row: number, payload: { time: time + options.shiftMs, seq: number, ...values } });
    if (outbox.buffered >= batchSize * 32) await Promise.race([outbox.drained(), stopped]);
  }
  await Promise.race([outbox.drained(), stopped]);
  outbox.close();
  return { ...progress };
}

export interface Survey {
  readonly lastRow: number;
  readonly columns: readonly string[];
  /** The named column, or the first one with times. */
  readonly timeColumn: string;
  /** From the header or the options. */
  readonly offsetMinutes: number;
  readonly dateOrder?: DateOrder;
  /** Newest time of the selected rows, for a shift to now. */
  readonly newest: number | undefined;
}

/** Reads the file twice: for the format of its times, then for their range. */
export async function surveyFile(
  options: Pick<ReplayOptions, 'file' | 'offsetMinutes' | 'where'> & { readonly timeColumn?: string | undefined },
): Promise<Survey> {
  const { columns, timeColumn, dateOrder } = await timesOf(options.file, options.timeColumn);
  const offsetMinutes = offsetInHeader(timeColumn) ?? options.offsetMinutes;
  let lastRow = 0;
  let newest: number | undefined;
  for await (const { number, cells } of readCsv(options.file)) {
    if (!isWanted(cells, options.where)) continue;
    lastRow = number;
    const time = parseLocalTime(cells[timeColumn] ?? '', offsetMinutes, dateOrder);
    if (time !== undefined && (newest === undefined || time > newest)) newest = time;
  }
  return { lastRow, columns, timeColumn, offsetMinutes, newest, ...(dateOrder !== undefined && { dateOrder }) };
}

async function timesOf(file: string, named: string | undefined) {
  let columns: readonly string[] = [];
  let timeColumn = named ?? '';
  let dateOrder: DateOrder | undefined;
  let hasHalves = false;
  for await (const { number, cells } of readCsv(file)) {
    if (number === 1) {
      columns = Object.keys(cells);
      timeColumn = named ?? columns.find((column) => looksLikeTime(cells[column] ?? '')) ?? columns[0] ?? '';
      if (/MM\/DD/i.test(timeColumn)) dateOrder = 'mdy';
      if (/DD[/.]MM/i.test(timeColumn)) dateOrder = 'dmy';
    }
    const cell = cells[timeColumn] ?? '';
    dateOrder ??= dateOrderOf(cell);
    hasHalves ||= /[AP]\.?M\.?\s*$/i.test(cell);
    if (dateOrder !== undefined || /^\d{4}/.test(cell)) break;
  }
  // Loggers that write AM and PM put the month first.
  return { columns, timeColumn, dateOrder: dateOrder ?? (hasHalves ? ('mdy' as const) : undefined) };
}

/** Throws `REPLAY_COLUMN_MISSING` naming the existing columns. */
export function requireColumns(
  options: Pick<ReplayOptions, 'file' | 'timeColumn' | 'columns'>,
  present: readonly string[],
): void {
  const missing = [options.timeColumn, ...Object.keys(options.columns)].filter((name) => !present.includes(name));
  if (missing.length === 0) return;
  const message = `${options.file} has no column ${missing.join(', ')}; it has ${present.join(', ')}`;
  throw new DaoyuError('REPLAY_COLUMN_MISSING', message);
}

function isWanted(cells: Readonly<Record<string, string>>, where: ReplayOptions['where']): boolean {
  return Object.entries(where ?? {}).every(([column, text]) => cells[column] === text);
}

/** Converts numbers, with the unit of their column; leaves other texts for the platform to evaluate, and skips empty cells. */
function valuesOf(
  cells: Readonly<Record<string, string>>,
  columns: Readonly<Record<string, string>>,
  headers: ReadonlyMap<string, Column>,
) {
  const values: Record<string, unknown> = {};
  for (const [column, key] of Object.entries(columns)) {
    const cell = (cells[column] ?? '').trim();
    if (cell === '') continue;
    const number = numberOf(cell);
    const unit = headers.get(column)?.unit;
    values[key] = number === undefined ? cell : unit === undefined ? number : { value: number, unit };
  }
  return values;
}

/** `6,41` is 6.41 if the file uses decimal commas. */
function numberOf(cell: string): number | undefined {
  const number = Number(/^[+-]?\d+,\d+$/.test(cell) ? cell.replace(',', '.') : cell);
  return Number.isFinite(number) ? number : undefined;
}

/** Waits until an instant of the monotonic clock, ms. */
async function waitUntil(instant: number, signal: AbortSignal): Promise<void> {
  const delay = instant - performance.now();
  // Only the signal rejects it, and the caller checks the signal.
  if (delay > 0) await sleep(delay, undefined, { signal }).catch(() => {});
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
