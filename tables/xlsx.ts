/** The rows of a workbook (XLSX, ECMA-376), streamed: dates as text, numbers as they are. Sizes are bounded, for a small file may unpack to a large one. */
import type { Readable } from 'node:stream';
import sax from 'sax';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { DaoyuError } from '../base/errors.ts';
import type { Cells } from './records.ts';
import { type DateStyle, styleOf, textOfSerial } from './xlsx-dates.ts';

/** Unpacked, of one sheet, and of the texts that all sheets share. */
const MAX_PART_BYTES = 64 * 1024 * 1024;
/** Of parts that are read whole: they list sheets and formats. */
const MAX_SMALL_BYTES = 8 * 1024 * 1024;
const MAX_ENTRIES = 10_000;
const MAX_COLUMNS = 1024;

export interface Workbook {
  /** Visible ones, in their order. */
  readonly sheets: readonly string[];
  /** Throws `TABLE_INVALID` where there is no such sheet. Absent: the first visible one. */
  rows(sheet?: string): AsyncGenerator<Cells>;
  close(): void;
}

const invalid = (message: string, cause?: unknown) => new DaoyuError('TABLE_INVALID', message, { cause });

export async function openWorkbook(file: string): Promise<Workbook> {
  const zip = await openZip(file);
  try {
    const entries = await entriesOf(zip);
    const part = (name: string) => entries.get(name) ?? entries.get(name.replace(/^\//, ''));
    const main = part('xl/workbook.xml');
    if (main === undefined) throw invalid('the file is a ZIP archive, but no workbook: save it as .xlsx or as CSV');
    const relations = new Map<string, string>();
    await parseXml(zip, part('xl/_rels/workbook.xml.rels'), MAX_SMALL_BYTES, (tag, { Id = '', Target = '' }) => {
      if (tag === 'Relationship') relations.set(Id, Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`);
    });
    const sheets = new Map<string, Entry | undefined>();
    let is1904 = false;
    await parseXml(zip, main, MAX_SMALL_BYTES, (tag, attributes) => {
      if (tag === 'workbookPr') is1904 = /^(1|true)$/.test(attributes.date1904 ?? '');
      if (tag === 'sheet' && (attributes.state ?? 'visible') === 'visible')
        sheets.set(attributes.name ?? '', part(relations.get(attributes['r:id'] ?? attributes.id ?? '') ?? ''));
    });
    const styles = await stylesOf(zip, part('xl/styles.xml'));
    const strings = await sharedStrings(zip, part('xl/sharedStrings.xml'));
    return {
      sheets: [...sheets.keys()],
      rows(name = [...sheets.keys()][0] ?? '') {
        const entry = sheets.get(name);
        if (entry === undefined)
          throw invalid(`the workbook has no sheet "${name}"; it has ${[...sheets.keys()].join(', ')}`);
        return sheetRows(zip, entry, { strings, styles, is1904 });
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error instanceof DaoyuError ? error : invalid(`the workbook cannot be read: ${String(error)}`, error);
  }
}

function openZip(file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error) reject(invalid(`the workbook cannot be read: ${error.message}`, error));
      else resolve(zip);
    });
  });
}

async function entriesOf(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw invalid(`the archive has ${zip.entryCount} parts: no spreadsheet has`);
  const entries = new Map<string, Entry>();
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.once('end', resolve);
    zip.once('error', reject);
    zip.readEntry();
  });
  return entries;
}

function opened(zip: ZipFile, entry: Entry, maxBytes: number): Promise<Readable> {
  if (entry.uncompressedSize > maxBytes)
    throw invalid(
      `${entry.fileName} unpacks to ${Math.round(entry.uncompressedSize / 1_048_576)} MB, more than the ${maxBytes / 1_048_576} MB that a sheet may have: save it as CSV`,
    );
  // What unpacks to more than it says is refused by the library.
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

type Attributes = Readonly<Record<string, string>>;
type Open = (tag: string, attributes: Attributes) => void;
type Close = (tag: string) => void;

/** Hands chunk by chunk to the calls; after each chunk the caller may go on. */
async function* xmlChunks(
  stream: Readable,
  on: { readonly open: Open; readonly close?: Close; readonly text?: (text: string) => void },
): AsyncGenerator<void> {
  const parser = sax.parser(true);
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = ({ name, attributes }) => on.open(local(name), attributes as Attributes);
  parser.onclosetag = (name) => on.close?.(local(name));
  parser.ontext = (text) => on.text?.(text);
  parser.oncdata = (text) => on.text?.(text);
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    parser.write(decoder.decode(chunk as Uint8Array, { stream: true }));
    yield;
  }
  parser.close();
}

const local = (name: string) => name.slice(name.indexOf(':') + 1);

async function parseXml(zip: ZipFile, entry: Entry | undefined, maxBytes: number, open: Open, close?: Close) {
  if (entry === undefined) return;
  for await (const _ of xmlChunks(await opened(zip, entry, maxBytes), { open, ...(close && { close }) }));
}

async function stylesOf(zip: ZipFile, entry: Entry | undefined): Promise<readonly (DateStyle | undefined)[]> {
  const formats = new Map<number, string>();
  const styles: (DateStyle | undefined)[] = [];
  let isInCells = false;
  await parseXml(
    zip,
    entry,
    MAX_SMALL_BYTES,
    (tag, attributes) => {
      if (tag === 'numFmt') formats.set(Number(attributes.numFmtId), attributes.formatCode ?? '');
      if (tag === 'cellXfs') isInCells = true;
      if (tag === 'xf' && isInCells) {
        const id = Number(attributes.numFmtId ?? 0);
        styles.push(styleOf(id, formats.get(id)));
      }
    },
    (tag) => {
      if (tag === 'cellXfs') isInCells = false;
    },
  );
  return styles;
}

async function sharedStrings(zip: ZipFile, entry: Entry | undefined): Promise<readonly string[]> {
  const strings: string[] = [];
  if (entry === undefined) return strings;
  let current = '';
  let depth = { isText: false, isPhonetic: false };
  const on = {
    open(tag: string) {
      if (tag === 'si') current = '';
      if (tag === 'rPh') depth = { ...depth, isPhonetic: true };
      if (tag === 't') depth = { ...depth, isText: true };
    },
    close(tag: string) {
      if (tag === 'si') strings.push(current);
      if (tag === 'rPh') depth = { ...depth, isPhonetic: false };
      if (tag === 't') depth = { ...depth, isText: false };
    },
    text(text: string) {
      if (depth.isText && !depth.isPhonetic) current += text;
    },
  };
  for await (const _ of xmlChunks(await opened(zip, entry, MAX_PART_BYTES), on));
  return strings;
}

interface Sheet {
  readonly strings: readonly string[];
  readonly styles: readonly (DateStyle | undefined)[];
  readonly is1904: boolean;
}

async function* sheetRows(zip: ZipFile, entry: Entry, sheet: Sheet): AsyncGenerator<Cells> {
  let done: Cells[] = [];
  let row: string[] = [];
  let cell: { readonly column: number; readonly type: string; readonly style: number; text: string } | undefined;
  let isValue = false;
  const on = {
    open(tag: string, attributes: Attributes) {
      if (tag === 'row') row = [];
      if (tag === 'c') {
        const { r, t = 'n', s = '0' } = attributes;
        const column = r === undefined ? row.length : columnOf(r);
        if (column >= MAX_COLUMNS) throw invalid(`the sheet has more than ${MAX_COLUMNS} columns`);
        cell = { column, type: t, style: Number(s), text: '' };
      }
      isValue = tag === 'v' || tag === 't';
    },
    close(tag: string) {
      if (tag === 'v' || tag === 't') isValue = false;
      if (tag === 'c' && cell !== undefined) {
        while (row.length < cell.column) row.push('');
        row[cell.column] = textOf(cell, sheet);
        cell = undefined;
      }
      if (tag === 'row' && row.some((text) => text.trim() !== '')) done.push(row);
    },
    text(text: string) {
      if (isValue && cell !== undefined) cell.text += text;
    },
  };
  try {
    for await (const _ of xmlChunks(await opened(zip, entry, MAX_PART_BYTES), on)) {
      yield* done;
      done = [];
    }
    yield* done;
  } catch (error) {
    throw error instanceof DaoyuError ? error : invalid(`the sheet cannot be read: ${String(error)}`, error);
  }
}

function textOf(
  { type, style, text }: { readonly type: string; readonly style: number; readonly text: string },
  { strings, styles, is1904 }: Sheet,
): string {
  if (type === 's') return strings[Number(text)] ?? '';
  if (type !== 'n' || text === '') return text;
  const number = Number(text);
  const date = styles[style];
  if (!Number.isFinite(number)) return text;
  return date === undefined ? String(number) : textOfSerial(number, date, is1904);
}

/** `C7` is the third, index 2. */
function columnOf(reference: string): number {
  let index = 0;
  for (const letter of reference) {
    const code = letter.charCodeAt(0) - 64;
    if (code < 1 || code > 26) break;
    index = index * 26 + code;
  }
  return index - 1;
}
