/** Makes workbooks for tests, as Excel writes them: shared strings, styles, dates as numbers. */
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

export type TestCell = string | number | boolean | { readonly date: number; readonly style?: number } | null;

/** Number formats by style: 1 `yyyy/m/d h:mm` · 2 a date · 3 a clock · 4 a number of two decimals. */
const STYLES = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts><numFmt numFmtId="176" formatCode="yyyy/m/d\\ h:mm;@"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="14"/><xf numFmtId="20"/><xf numFmtId="2"/></cellXfs></styleSheet>`;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export async function workbookOf(
  sheets: Readonly<Record<string, readonly (readonly TestCell[])[]>>,
  { is1904 = false, more = {} }: { readonly is1904?: boolean; readonly more?: Readonly<Record<string, string>> } = {},
): Promise<Buffer> {
  const strings: string[] = [];
  const cell = (value: TestCell, row: number, column: number): string => {
    const at = `r="${String.fromCharCode(65 + column)}${row + 1}"`;
    if (value === null) return '';
    if (typeof value === 'number') return `<c ${at}><v>${value}</v></c>`;
    if (typeof value === 'boolean') return `<c ${at} t="b"><v>${value ? 1 : 0}</v></c>`;
    if (typeof value === 'object') return `<c ${at} s="${value.style ?? 1}"><v>${value.date}</v></c>`;
    strings.push(value);
    return `<c ${at} t="s"><v>${strings.length - 1}</v></c>`;
  };
  const zip = new yazl.ZipFile();
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name);
  const names = Object.keys(sheets);
  for (const [index, name] of names.entries()) {
    const rows = (sheets[name] ?? []).map(
      (cells, row) => `<row r="${row + 1}">${cells.map((value, column) => cell(value, row, column)).join('')}</row>`,
    );
    add(`xl/worksheets/sheet${index + 1}.xml`, `<worksheet><sheetData>${rows.join('')}</sheetData></worksheet>`);
  }
  add(
    'xl/workbook.xml',
    `<workbook xmlns:r="http://r"><workbookPr date1904="${is1904 ? 1 : 0}"/><sheets>${names.map((name, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`,
  );
  add(
    'xl/_rels/workbook.xml.rels',
    `<Relationships>${names.map((_, index) => `<Relationship Id="rId${index + 1}" Target="worksheets/sheet${index + 1}.xml"/>`).join('')}</Relationships>`,
  );
  add('xl/styles.xml', STYLES);
  add(
    'xl/sharedStrings.xml',
    `<sst>${strings.map((text) => `<si><r><t>${escaped(text.slice(0, 1))}</t></r><r><t xml:space="preserve">${escaped(text.slice(1))}</t></r><rPh><t>拼音</t></rPh></si>`).join('')}</sst>`,
  );
  for (const [name, text] of Object.entries(more)) add(name, text);
  zip.end();
  return buffer(zip.outputStream);
}
