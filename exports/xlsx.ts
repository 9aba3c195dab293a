/** The table as a workbook: a sheet a device, dates as dates in Beijing time, and a sheet that says what it is. Written as it is read. */
import { Readable } from 'node:stream';
import yazl from 'yazl';
import { BEIJING_OFFSET_MS } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import type { ExportCell, ExportColumn, ExportDevice, ExportTable } from './table.ts';

/** Rows of a sheet in Excel, its header included. */
export const MAX_SHEET_ROWS = 1_048_576;
const MAX_SHEETS = 200;
/** Of a text in a cell. */
const MAX_TEXT = 32_767;
const PIECE = 65_536;

export function xlsxOf(
  { columns, rowsOf }: Pick<ExportTable, 'columns' | 'rowsOf'>,
  devices: readonly ExportDevice[],
  about: readonly (readonly [name: string, text: string])[],
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  if (devices.length > MAX_SHEETS)
    throw new DaoyuError(
      'EXPORT_TOO_LARGE',
      `${devices.length} devices are more than the ${MAX_SHEETS} sheets of a workbook: name some, or ask for csv or parquet`,
    );
  const zip = new yazl.ZipFile();
  const names = sheetNames(devices);
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name);
  add('[Content_Types].xml', contentTypes(devices.length + 1));
  add('_rels/.rels', relationships([['officeDocument', 'xl/workbook.xml']]));
  add('xl/workbook.xml', workbook([...names, '说明']));
  add(
    'xl/_rels/workbook.xml.rels',
    relationships([
      ...[...names, '说明'].map((_, index) => ['worksheet', `worksheets/sheet${index + 1}.xml`] as const),
      ['styles', 'styles.xml'],
    ]),
  );
  add('xl/styles.xml', STYLES);
  const output = zip.outputStream as Readable;
  zip.on('error', (error) => output.destroy(error as Error));
  for (const [index, device] of devices.entries())
    zip.addReadStreamLazy(`xl/worksheets/sheet${index + 1}.xml`, {}, (done) => {
      const sheet = Readable.from(sheetOf(columns, rowsOf(device, signal)));
      // Who stops reading ends the query.
      output.once('close', () => sheet.destroy());
      done(null, sheet);
    });
  const texts = [['name', 'value'], ...about].map((row, index) => rowOf(index + 1, row, ['text', 'text']));
  add(`xl/worksheets/sheet${devices.length + 1}.xml`, `${SHEET_HEAD}${texts.join('')}${SHEET_TAIL}`);
  zip.end();
  return output;
}

async function* sheetOf(
  columns: readonly ExportColumn[],
  rows: AsyncIterable<readonly ExportCell[]>,
): AsyncGenerator<string> {
  const types = columns.map(({ type }) => type);
  const headers = columns.map(({ name, field }) => (field?.symbol ? `${name} [${field.symbol}]` : name));
  let text =
    SHEET_HEAD +
    rowOf(
      1,
      headers,
      columns.map(() => 'text'),
    );
  let number = 1;
  for await (const row of rows) {
    number += 1;
    if (number > MAX_SHEET_ROWS)
      throw new DaoyuError(
        'EXPORT_TOO_LARGE',
        `a sheet has ${MAX_SHEET_ROWS} rows: ask for less, or for csv or parquet`,
      );
    text += rowOf(number, row, types);
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text + SHEET_TAIL;
}

const NAMESPACE = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const SHEET_HEAD = `${XML}<worksheet xmlns="${NAMESPACE}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols><col min="1" max="2" width="20" customWidth="1"/></cols><sheetData>`;
const SHEET_TAIL = '</sheetData></worksheet>';
/** Style 1 is a date with its clock. */
const STYLES = `${XML}<styleSheet xmlns="${NAMESPACE}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

function rowOf(number: number, cells: readonly ExportCell[], types: readonly ExportColumn['type'][]): string {
  let text = `<row r="${number}">`;
  for (const [index, cell] of cells.entries()) {
    if (cell === undefined || cell === '') continue;
    const at = `r="${letters(index)}${number}"`;
    if (typeof cell === 'string')
      text += `<c ${at} t="inlineStr"><is><t xml:space="preserve">${escaped(cell.slice(0, MAX_TEXT))}</t></is></c>`;
    else if (types[index] === 'time') text += `<c ${at} s="1"><v>${serialOf(cell)}</v></c>`;
    else text += `<c ${at}><v>${cell}</v></c>`;
  }
  return `${text}</row>`;
}

/** Days since the end of 1899 on a clock in Beijing. */
const serialOf = (time: number) => (time + BEIJING_OFFSET_MS) / 86_400_000 + 25_569;

function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

/** Characters that XML 1.0 cannot hold are left out. */
const escaped = (text: string) =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** At most 31 characters, and none of them twice. */
function sheetNames(devices: readonly ExportDevice[]): readonly string[] {
  const seen = new Set<string>();
  return devices.map(({ park, device }, index) => {
    const full = `${park}.${device}`.slice(0, 31);
    const name = seen.has(full) ? `${full.slice(0, 26)}~${index + 1}` : full;
    seen.add(name);
    return name;
  });
}

const workbook = (names: readonly string[]) =>
  `${XML}<workbook xmlns="${NAMESPACE}" xmlns:r="${OFFICE}"><sheets>${names
    .map((name, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`)
    .join('')}</sheets></workbook>`;

const relationships = (targets: readonly (readonly [type: string, target: string])[]) =>
  `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${targets
    .map(([type, target], index) => `<Relationship Id="rId${index + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`)
    .join('')}</Relationships>`;

function contentTypes(sheets: number): string {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const parts = Array.from(
    { length: sheets },
    (_, index) => `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="${type}.worksheet+xml"/>`,
  );
  return `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>${parts.join('')}</Types>`;
}
