/** Plays a CSV file of measurements through MQTT as one device would send them: as fast as they are acknowledged, or at a speed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DaoyuError } from '../base/errors.ts';
import { readCsv } from './csv.ts';
import { parseLocalTime } from './local-time.ts';
import { createOutbox } from './outbox.ts';

export interface ReplayOptions {
  readonly file: string;
  /** Resolves with the PUBACK. */
  readonly publish: (payload: string) => Promise<void>;
  readonly timeColumn: string;
  /** Minutes east of UTC of times that carry no offset. */
  readonly offsetMinutes: number;
  /** CSV column → key in the payload. */
  readonly columns: Readonly<Record<string, string>>;
  /** Only rows whose columns hold these texts. */
  readonly where?: Readonly<Record<string, string>>;
  /** Added to every time, ms. */
  readonly shiftMs: number;
  /** Measured seconds played in a second; undefined: as fast as acknowledged. */
  readonly speed?: number;
  /** Rows up to this number were acknowledged in an earlier run. */
  readonly skipRows?: number;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  /** After each acknowledged batch; `row` is the last one for which it and all before are acknowledged. */
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

/** Resolves when every row is acknowledged, with what became of them. Throws `REPLAY_COLUMN_MISSING` when the file lacks a named column. */
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
    window: 1, // Acknowledged in order, so that one row number is enough to resume.
  });
  const stopped = aborted(signal);
  const startedAt = performance.now(); // A wall clock may jump.
  let firstTime: number | undefined;
  for await (const { number, cells } of readCsv(options.file)) {
    if (number === 1) requireColumns(options, cells);
    if (number <= skipRows || signal.aborted) {
      if (signal.aborted) break;
      continue;
    }
    if (!isWanted(cells, options.where)) continue;
    const time = parseLocalTime(cells[options.timeColumn] ?? '', options.offsetMinutes);
    if (time === undefined) {
      progress.unreadable += 1;
      continue;
    }
    const values = valuesOf(cells, options.columns);
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

/** The newest time of the wanted rows, for a shift to now, and the number of the last one, for a progress bar. */
export async function surveyFile(
  options: Pick<ReplayOptions, 'file' | 'timeColumn' | 'offsetMinutes' | 'where'>,
): Promise<{ readonly lastRow: number; readonly columns: readonly string[]; readonly newest: number | undefined }> {
  let lastRow = 0;
  let newest: number | undefined;
  let columns: readonly string[] = [];
  for await (const { number, cells } of readCsv(options.file)) {
    if (number === 1) columns = Object.keys(cells);
    if (!isWanted(cells, options.where)) continue;
    lastRow = number;
    const time = parseLocalTime(cells[options.timeColumn] ?? '', options.offsetMinutes);
    if (time !== undefined && (newest === undefined || time > newest)) newest = time;
  }
  return { lastRow, columns, newest };
}

function requireColumns(options: ReplayOptions, cells: Readonly<Record<string, string>>): void {
  const missing = [options.timeColumn, ...Object.keys(options.columns)].filter((name) => !(name in cells));
  if (missing.length === 0) return;
  const message = `${options.file} has no column ${missing.join(', ')}; it has ${Object.keys(cells).join(', ')}`;
  throw new DaoyuError('REPLAY_COLUMN_MISSING', message);
}

function isWanted(cells: Readonly<Record<string, string>>, where: ReplayOptions['where']): boolean {
  return Object.entries(where ?? {}).every(([column, text]) => cells[column] === text);
}

/** Numbers as numbers; any other text as it stands, for the platform to judge. Empty cells are absent. */
function valuesOf(cells: Readonly<Record<string, string>>, columns: Readonly<Record<string, string>>) {
  const values: Record<string, number | string> = {};
  for (const [column, key] of Object.entries(columns)) {
    const cell = (cells[column] ?? '').trim();
    if (cell === '') continue;
    const number = Number(cell);
    values[key] = Number.isFinite(number) ? number : cell;
  }
  return values;
}

/** `instant` on the monotonic clock, ms. */
async function waitUntil(instant: number, signal: AbortSignal): Promise<void> {
  const delay = instant - performance.now();
  // Nothing but the signal rejects it, and then the caller looks at the signal.
  if (delay > 0) await sleep(delay, undefined, { signal }).catch(() => {});
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
