import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCsv } from '../../tables/csv.ts';

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

it('takes a quote inside an unquoted cell for what it is', async () => {
  expect(await rowsOf('pipe,mm\n6",152\n2" x 3",51\n')).toEqual([
    { pipe: '6"', mm: '152' },
    { pipe: '2" x 3"', mm: '51' },
  ]);
});

it('says at which line a quote was opened that nobody closed', async () => {
  await expect(rowsOf('a,b\n1,2\n3,"open\n4,5\n')).rejects.toMatchObject({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('opening quote at line'),
  });
});

it('rejects when the file cannot be read, and closes it when nobody reads on', async () => {
  await expect(readCsv('/nowhere/x.csv').next()).rejects.toMatchObject({ code: 'ENOENT' });
  const file = join(mkdtempSync(join(tmpdir(), 'daoyu-csv-')), 'long.csv');
  writeFileSync(file, `a,b\n${'2026-07-01 00:00:00,1\n'.repeat(50_000)}`);
  let count = 0;
  for await (const _ of readCsv(file)) {
    count += 1;
    if (count === 3) break;
  }
  expect(count).toBe(3);
});
