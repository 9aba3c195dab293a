/** Reads CSV files of loggers and spreadsheets row by row, however long they are: RFC 4180 and what differs from it in encoding, separator and lines above the header. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { DaoyuError } from '../base/errors.ts';
import { isDateOnly, isTimeOnly, looksLikeTime } from './local-time.ts';

export interface CsvRow {
  /** 1-based number of the data row, the header not counted. */
  readonly number: number;
  readonly cells: Readonly<Record<string, string>>;
}

type Cells = readonly string[];

/** Lines above the header: titles, serial numbers, date of the export. */
const MAX_PREAMBLE = 60;
const SAMPLE_BYTES = 64 * 1024;

/** The rows below the line that names the columns. Two columns of one name become `name` and `name#2`; a date and a time in columns of their own become one. */
export async function* readCsv(file: string): AsyncGenerator<CsvRow> {
  let header: Cells | undefined;
  let shape: Shape = {};
  let number = 0;
  const above: Cells[] = [];
  const rows = records(file);

  function* rowsOf(all: readonly Cells[]): Generator<CsvRow> {
    for (const cells of all) {
      number += 1;
      yield { number, cells: named(header ?? [], cells, shape) };
    }
  }
  for await (const cells of rows) {
    if (header !== undefined) {
      yield* rowsOf([cells]);
      continue;
    }
    above.push(cells);
    const at = headerIn(above);
    if (at === undefined && above.length < MAX_PREAMBLE) continue;
    [header, shape] = opened(above, at ?? 0);
    yield* rowsOf(above.slice((at ?? 0) + 1));
  }
  if (header !== undefined || above.length === 0) return;
  [header, shape] = opened(above, 0);
  yield* rowsOf(above.slice(1));
}

interface Shape {
  /** Index of a column of dates whose times stand in the next one. */
  readonly date?: number;
}

function opened(above: readonly Cells[], at: number): [Cells, Shape] {
  const seen = new Map<string, number>();
  const header = (above[at] ?? []).map((cell) => {
    const name = cell.trim();
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 || name === '' ? name : `${name}#${count}`;
  });
  const first = above[at + 1] ?? [];
  const date = first.findIndex((cell, index) => isDateOnly(cell) && isTimeOnly(first[index + 1] ?? ''));
  return [header, date < 0 ? {} : { date }];
}

/** The line above the first one with a time, if it names at least two columns and holds no time itself. */
function headerIn(above: readonly Cells[]): number | undefined {
  const last = above.length - 1;
  const hasTime = (cells: Cells) => cells.some((cell) => looksLikeTime(cell) || isDateOnly(cell));
  const row = above[last];
  const before = above[last - 1];
  if (row === undefined || before === undefined || !hasTime(row) || hasTime(before)) return undefined;
  const names = before.filter((cell) => cell.trim() !== '');
  return names.length >= 2 && names.length * 2 >= row.filter((cell) => cell.trim() !== '').length
    ? last - 1
    : undefined;
}

function named(header: Cells, cells: Cells, { date }: Shape): Readonly<Record<string, string>> {
  const row: Record<string, string> = {};
  for (const [index, name] of header.entries()) {
    if (date !== undefined && index === date + 1) continue;
    const cell = cells[index] ?? '';
    row[name] = index === date ? `${cell.trim()} ${(cells[index + 1] ?? '').trim()}` : cell;
  }
  return row;
}

async function* records(file: string): AsyncGenerator<Cells> {
  const { encoding, separator } = await sniff(file);
  const parser = parse({
    delimiter: separator,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    // A quote inside an unquoted cell, such as 6", is not the beginning of a quoted one.
    relax_quotes: true,
    skip_empty_lines: true,
  });
  try {
    // An error of the file ends the parser, and an early end of the parser closes the file.
    pipeline(createReadStream(file), decoded(encoding), parser, () => {});
    yield* parser as AsyncIterable<Cells>;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DaoyuError('OPTION_INVALID', `${file} is not CSV: ${error.message}`, { cause: error });
  }
}

/** Decodes chunk by chunk: a character may lie in two of them. */
function decoded(encoding: string) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    const decoder = new TextDecoder(encoding);
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  };
}

async function sniff(file: string): Promise<{ readonly encoding: string; readonly separator: string }> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    const sample = buffer.subarray(0, bytesRead);
    const encoding = encodingOf(sample, bytesRead === SAMPLE_BYTES);
    return { encoding, separator: separatorOf(new TextDecoder(encoding).decode(sample)) };
  } finally {
    await handle.close();
  }
}

/** The decoder removes a byte order mark. */
function encodingOf(sample: Buffer, isCut: boolean): string {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  const end = sample.lastIndexOf(0x0a);
  if (isUtf8(isCut && end > 0 ? sample.subarray(0, end) : sample)) return 'utf-8';
  return isGbk(sample) ? 'gb18030' : 'windows-1252';
}

/** Chinese characters of GB 2312 are pairs of bytes from 0xA1 on; a degree sign or an umlaut of Latin-1 stands alone. */
function isGbk(sample: Uint8Array): boolean {
  let run = 0;
  for (const byte of sample) {
    if (byte >= 0x80) run++;
    else {
      if (run % 2 === 1) return false;
      run = 0;
    }
  }
  return true;
}

/** The character that most lines have, outside of quotes; where commas are decimal the separator is a semicolon. */
function separatorOf(text: string): string {
  const lines = text
    .split(/\r?\n/)
    .slice(0, MAX_PREAMBLE)
    .map((line) => line.replace(/"[^"]*"/g, ''));
  const countOf = (separator: string) => lines.filter((line) => line.includes(separator)).length;
  const [best] = [';', '\t', ',']
    .map((separator) => ({ separator, count: countOf(separator) }))
    .sort((a, b) => b.count - a.count);
  return best === undefined || best.count === 0 ? ',' : best.separator;
}
