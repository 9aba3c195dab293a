import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCsv } from '../../simulators/csv.ts';

async function rowsOf(content: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'daoyu-csv-')), 'x.csv');
  writeFileSync(file, content);
  const rows = [];
  for await (const row of readCsv(file)) rows.push(row.cells);
  return rows;
}

it('reads quoted cells with commas, quotes and line ends, CRLF, a BOM and a last line without end', async () => {
  expect(await rowsOf('\ufeffa,b\r\n1,"x, ""y""\nz"\r\n\r\n2,')).toEqual([
    { a: '1', b: 'x, "y"\nz' },
    { a: '2', b: '' },
  ]);
});

it('leaves cells that a short row lacks empty', async () => {
  expect(await rowsOf('a,b\n1\n')).toEqual([{ a: '1', b: '' }]);
});
