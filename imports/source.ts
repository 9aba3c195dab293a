/** A file as rows of cells: what kind of file it is shows in its first bytes. */
import { DaoyuError } from '../base/errors.ts';
import { withLayout } from '../tables/csv.ts';
import { type Cells, firstBytes, textForm, textRecords } from '../tables/records.ts';
import { openWorkbook, type Workbook } from '../tables/xlsx.ts';
import type { ImportOptions } from './options.ts';

export interface SourceForm {
  readonly format: 'text' | 'xlsx';
  readonly encoding?: string;
  readonly separator?: string;
  readonly sheet?: string;
  /** All visible ones of a workbook. */
  readonly sheets?: readonly string[];
}

export interface Source {
  readonly form: SourceForm;
  /** May be called more than once. */
  records(): AsyncGenerator<Cells>;
  close(): void;
}

/** Throws `TABLE_INVALID`, `ENCODING_INVALID`. */
export async function openSource(file: string, options: ImportOptions): Promise<Source> {
  const head = await firstBytes(file, 512);
  if (head.length === 0) throw new DaoyuError('TABLE_INVALID', 'the file is empty');
  if (head.subarray(0, 4).toString('latin1') === 'PK\x03\x04') return workbookSource(file, options);
  refuseStrange(head);
  const { encoding, separator } = options;
  if (encoding !== undefined && !isEncoding(encoding))
    throw new DaoyuError(
      'ENCODING_INVALID',
      `"${encoding}" is no encoding known here: gbk, gb18030, utf-8, utf-16le, utf-16be, windows-1252, big5…`,
    );
  const form = await textForm(file, {
    ...(encoding !== undefined && { encoding }),
    ...(separator !== undefined && { separator }),
  });
  return {
    form: { format: 'text', ...form },
    async *records() {
      // Excel's line that names the separator is none of the table.
      let isFirst = true;
      for await (const cells of textRecords(file, form, true)) {
        const isSaid = isFirst && /^sep=/.test(cells[0] ?? '');
        isFirst = false;
        if (!isSaid) yield cells;
      }
    },
    close() {},
  };
}

async function workbookSource(file: string, { sheet }: ImportOptions): Promise<Source> {
  const book = await openWorkbook(file);
  const named =
    sheet ??
    (await firstTable(book).catch((error: unknown) => {
      book.close();
      throw error;
    }));
  return {
    form: { format: 'xlsx', sheets: book.sheets, ...(named !== undefined && { sheet: named }) },
    records: () => book.rows(named),
    close: () => book.close(),
  };
}

/** A cover or notes may come before the sheet that holds the table. */
async function firstTable(book: Workbook): Promise<string | undefined> {
  const [first] = book.sheets;
  if (book.sheets.length < 2) return first;
  for (const name of book.sheets) {
    const { layout, close } = await withLayout(book.rows(name));
    await close();
    if (layout.time !== undefined) return name;
  }
  return first;
}

const STRANGE: readonly (readonly [start: string, what: string])[] = [
  ['\xd0\xcf\x11\xe0', 'an Excel file of before 2007 (.xls): save it as .xlsx or as CSV'],
  ['\x1f\x8b', 'compressed with gzip: unpack it first'],
  ['%PDF', 'a PDF: save the table as .xlsx or as CSV'],
  ['<', 'HTML or XML, whatever its name says: open it in Excel and save it as .xlsx or as CSV'],
];

function refuseStrange(head: Buffer): void {
  const text = head.toString('latin1').replace(/^(?:\xef\xbb\xbf)?\s*/, '');
  const found = STRANGE.find(([start]) => text.startsWith(start));
  if (found !== undefined) throw new DaoyuError('TABLE_INVALID', `the file is ${found[1]}`);
}

function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}
