/** The table as CSV: streamed, without a bound. */
import { isoOf } from '../base/beijing-time.ts';
import { csvLine } from '../base/csv.ts';
import type { TimeText } from './describe.ts';
import type { ExportColumn, ExportTable } from './table.ts';

export interface CsvOptions {
  readonly time: TimeText;
  /** A byte order mark: without, Excel in Chinese takes UTF-8 for GBK. */
  readonly bom: boolean;
}

const PIECE = 65_536;

export async function* csvOf(
  { columns, rows }: Pick<ExportTable, 'columns' | 'rows'>,
  { time, bom }: CsvOptions,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const isTime = columns.map(({ type }) => type === 'time');
  let text = (bom ? '\ufeff' : '') + csvLine(columns.map(headerOf));
  for await (const row of rows(signal)) {
    text += csvLine(
      row.map((cell, index) => (isTime[index] && cell !== undefined ? timeText(Number(cell), time) : (cell ?? ''))),
    );
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** A frame of data takes the name, a person the unit: that stands in the description, which goes with the file. */
const headerOf = ({ name }: ExportColumn) => name;

export function timeText(at: number, form: TimeText): string | number {
  if (form === 'epoch') return at;
  return form === 'utc' ? new Date(at).toISOString() : isoOf(at);
}
