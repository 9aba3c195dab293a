/** The lines of a text file as cells: its encoding and separator are found out, or told. */
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { DaoyuError } from '../base/errors.ts';

export type Cells = readonly string[];

export interface TextForm {
  /** A label of the WHATWG encoding standard. */
  readonly encoding: string;
  readonly separator: string;
}

/** Lines that may stand above the header: titles, serial numbers, date of the export. */
export const MAX_PREAMBLE = 60;
const SAMPLE_BYTES = 64 * 1024;
export const SEPARATORS = [';', '\t', ',', '|'] as const;

/** `isStrict`: bytes that the encoding does not have are refused instead of shown as �. */
export async function* textRecords(file: string, form: TextForm, isStrict = false): AsyncGenerator<Cells> {
  try {
    const texts = decoded(form.encoding, isStrict)(createReadStream(file, { highWaterMark: 256 * 1024 }));
    let rest = '';
    for await (const text of texts) {
      if (text.includes('"')) {
        yield* quotedRecords(rest + text, texts, form.separator);
        return;
      }
      // A carriage return at the end may be half of an end of line.
      const whole = rest + text;
      const end = Math.max(whole.lastIndexOf('\n'), whole.lastIndexOf('\r', whole.length - 2)) + 1;
      if (end === 0 && whole.length > MAX_RECORD)
        throw new DaoyuError('OPTION_INVALID', `${file} is not CSV: a line without end`);
      rest = whole.slice(end);
      for (const line of whole.slice(0, end).split(LINE_END)) if (line !== '') yield line.split(form.separator);
    }
    for (const line of rest.split(LINE_END)) if (line !== '') yield line.split(form.separator);
  } catch (error) {
    if (error instanceof TypeError)
      throw new DaoyuError(
        'ENCODING_INVALID',
        `the file is not all ${form.encoding}: say its encoding, such as gb18030`,
        { cause: error },
      );
    if (!(error instanceof CsvError)) throw error;
    throw new DaoyuError('OPTION_INVALID', `${file} is not CSV: ${error.message}`, { cause: error });
  }
}

const LINE_END = /\r\n|\n|\r/;
/** A quote that nobody closes would take the rest of the file for one cell. */
const MAX_RECORD = 1024 * 1024;

/** From the first quote on: the parser takes five times as long as a split of lines, and most files need none. */
async function* quotedRecords(begun: string, texts: AsyncIterable<string>, delimiter: string): AsyncGenerator<Cells> {
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    // A quote inside an unquoted cell, such as 6", is not the beginning of a quoted one.
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
  });
  async function* all(): AsyncGenerator<string> {
    yield begun;
    yield* texts;
  }
  let failure: unknown;
  // An error of the file ends the parser, and an early end of the parser closes the file.
  pipeline(all(), parser, (error) => {
    failure = error;
  });
  try {
    yield* parser as AsyncIterable<Cells>;
  } catch (error) {
    throw failure instanceof TypeError ? failure : error;
  }
}

/** Decodes chunk by chunk: a character may lie in two of them. */
function decoded(encoding: string, fatal: boolean) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    const decoder = new TextDecoder(encoding, { fatal });
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  };
}

/** What the beginning of the file says of its form; what is given stays. */
export async function textForm(file: string, given: Partial<TextForm> = {}): Promise<TextForm> {
  const sample = await firstBytes(file, SAMPLE_BYTES);
  const encoding = given.encoding ?? encodingOf(sample, sample.length === SAMPLE_BYTES);
  return { encoding, separator: given.separator ?? separatorOf(new TextDecoder(encoding).decode(sample)) };
}

export async function firstBytes(file: string, count: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The decoder removes a byte order mark. */
function encodingOf(sample: Buffer, isCut: boolean): string {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  const wide = wideOf(sample);
  if (wide !== undefined) return wide;
  const end = sample.lastIndexOf(0x0a);
  if (isUtf8(isCut && end > 0 ? sample.subarray(0, end) : sample)) return 'utf-8';
  return isGbk(sample) ? 'gb18030' : 'windows-1252';
}

/** UTF-16 without its mark: every other byte of digits and commas is zero. */
function wideOf(sample: Buffer): string | undefined {
  const bytes = sample.subarray(0, 4096);
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > bytes.length / 4 && even < odd / 10) return 'utf-16le';
  return even > bytes.length / 4 && odd < even / 10 ? 'utf-16be' : undefined;
}

/**
 * Chinese characters of GB 2312 are pairs of bytes from 0xA1 on; a degree sign or an umlaut of Latin-1 stands alone. Rarer characters of GBK end in a
 * byte of ASCII, so a few odd runs among many pairs are still Chinese.
 */
function isGbk(sample: Uint8Array): boolean {
  let run = 0;
  let [odd, even] = [0, 0];
  const count = () => {
    if (run % 2 === 1) odd += 1;
    else if (run > 0) even += run / 2;
    run = 0;
  };
  for (const byte of sample) {
    if (byte >= 0x80) run++;
    else count();
  }
  return odd === 0 || even >= 4 * odd;
}

/** The character that most lines have, outside of quotes; where commas are decimal the separator is a semicolon. */
function separatorOf(text: string): string {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  // Excel says it in a line of its own.
  const [, said] = /^sep=(.)$/.exec(lines[0] ?? '') ?? [];
  if (said !== undefined) return said;
  const shown = lines.slice(0, 2 * MAX_PREAMBLE).map((line) => line.replace(/"[^"]*"/g, ''));
  const countOf = (separator: string) => shown.filter((line) => line.includes(separator)).length;
  const [best] = SEPARATORS.map((separator) => ({ separator, count: countOf(separator) })).sort(
    (a, b) => b.count - a.count,
  );
  return best === undefined || best.count === 0 ? ',' : best.separator;
}
