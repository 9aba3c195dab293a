/** Reads CSV files (RFC 4180, UTF-8, with or without BOM) row by row, however long they are. */
import { createReadStream } from 'node:fs';

export interface CsvRow {
  /** 1-based number of the data row, the header not counted. */
  readonly number: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** The rows of a file whose first line names the columns. */
export async function* readCsv(file: string): AsyncGenerator<CsvRow> {
  let header: readonly string[] | undefined;
  let number = 0;
  for await (const cells of records(file)) {
    if (header === undefined) {
      header = cells.map((cell) => cell.trim());
      continue;
    }
    number += 1;
    yield { number, cells: Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])) };
  }
}

async function* records(file: string): AsyncGenerator<readonly string[]> {
  let record: string[] = [];
  let cell = '';
  let isQuoted = false;
  let wasQuote = false;
  let isFirst = true;
  for await (const chunk of createReadStream(file, 'utf8')) {
    let text = String(chunk);
    if (isFirst && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    isFirst = false;
    for (const character of text) {
      if (isQuoted && !wasQuote) {
        if (character === '"') wasQuote = true;
        else cell += character;
        continue;
      }
      if (wasQuote) {
        wasQuote = false;
        if (character === '"') {
          cell += '"';
          continue;
        }
        isQuoted = false;
      }
      if (character === '"' && cell === '') isQuoted = true;
      else if (character === ',') {
        record.push(cell);
        cell = '';
      } else if (character === '\n') {
        record.push(cell);
        if (record.length > 1 || record[0] !== '') yield record;
        record = [];
        cell = '';
      } else if (character !== '\r') cell += character;
    }
  }
  if (cell !== '' || record.length > 0) yield [...record, cell];
}
