/** Reads CSV files of loggers and spreadsheets row by row, however long they are: RFC 4180 and what differs from it in encoding, separator and lines above the header. */
import { dateAbove, findLayout, type Layout, timeIndexes, timeText } from './layout.ts';
import { type Cells, MAX_PREAMBLE, textForm, textRecords } from './records.ts';

export interface CsvRow {
  /** 1-based number of the data row, the header not counted. */
  readonly number: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** The rows below the line that names the columns. Two columns of one name become `name` and `name#2`; a date and a time in columns of their own become one. */
export async function* readCsv(file: string): AsyncGenerator<CsvRow> {
  const { layout, rows } = await withLayout(textRecords(file, await textForm(file)));
  const { headers, time } = layout;
  const apart = time === undefined ? [] : timeIndexes(time);
  let [number, date] = [0, ''];
  for await (const cells of rows) {
    number += 1;
    if (time !== undefined) date = dateAbove(cells, time, date);
    const row: Record<string, string> = {};
    for (const [index, name] of headers.entries()) {
      const isTime = apart.length > 1 && apart.includes(index);
      if (!isTime) row[name] = cells[index] ?? '';
      else if (time?.column === index) row[name] = timeText(cells, time, date);
    }
    yield { number, cells: row };
  }
}

export interface Laid {
  readonly layout: Layout;
  /** Those with data. */
  readonly rows: AsyncGenerator<Cells>;
  /** For whoever asks for no row. */
  close(): Promise<void>;
}

/** Looks at the beginning, then hands on all rows. */
export async function withLayout(records: AsyncIterable<Cells>, named: readonly string[] = []): Promise<Laid> {
  const iterator = records[Symbol.asyncIterator]();
  const above: Cells[] = [];
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    above.push(next.value);
    if (above.length >= 2 * MAX_PREAMBLE) break;
  }
  const layout = findLayout(above, named);
  async function* rows(): AsyncGenerator<Cells> {
    try {
      yield* above.slice(layout.firstRow);
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { layout, rows: rows(), close: async () => void (await iterator.return?.()) };
}
