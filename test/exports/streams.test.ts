/** Exports are written as they are read: what they hold at a time does not grow with them, and who stops reading stops the query. */
import { tableFromIPC } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { arrowOf } from '../../exports/arrow.ts';
import { csvOf } from '../../exports/csv.ts';
import { packageOf } from '../../exports/package.ts';
import { parquetOf } from '../../exports/parquet.ts';
import type { ExportCell, ExportColumn } from '../../exports/table.ts';
import { xlsxOf } from '../../exports/xlsx.ts';
import { eventually } from '../eventually.ts';

const START = Date.UTC(2026, 6, 1);
const COLUMNS: readonly ExportColumn[] = [
  { name: 'time', type: 'time', description: '' },
  { name: 'value', type: 'number', description: '' },
  { name: 'note', type: 'text', description: '' },
];

/** Every value is unlike the one before, so that no compression hides what is held back. */
const rowAt = (index: number): readonly ExportCell[] => [
  START + index * 60_000 + (index % 977),
  index % 10 === 3 ? undefined : Math.sin(index),
  index % 5 === 1 ? undefined : `塘 ${index}`,
];

function source(length: number) {
  const seen = { rows: 0, isClosed: false };
  const rows = async function* () {
    try {
      for (; seen.rows < length; seen.rows += 1) yield rowAt(seen.rows);
    } finally {
      seen.isClosed = true;
    }
  };
  return { seen, table: { columns: COLUMNS, rows, rowsOf: rows } };
}

type Table = ReturnType<typeof source>['table'];

const FORMATS: Readonly<Record<string, (table: Table) => AsyncIterable<string | Uint8Array>>> = {
  parquet: (table) => parquetOf(table, {}),
  arrow: (table) => arrowOf(table, {}),
  csv: (table) => csvOf(table, { time: 'iso', bom: false }),
  xlsx: (table) => xlsxOf(table, [{ park: 'home', device: 'probe' }], []),
  datapackage: (table) =>
    packageOf({ readings: csvOf(table, { time: 'iso', bom: false }), events: [], description: {} }),
};

describe.each(Object.keys(FORMATS))('%s', (format) => {
  it('is sent while it is read, and ends the query with its reader', async () => {
    const { seen, table } = source(10_000_000);
    let bytes = 0;
    for await (const piece of FORMATS[format]?.(table) ?? []) {
      bytes += piece.length;
      if (bytes > 50_000) break;
    }
    expect(seen.rows).toBeLessThan(100_000);
    await eventually(
      () => seen.isClosed,
      (isClosed) => isClosed,
    );
  });
});

describe('a table of several groups', () => {
  const LENGTH = 40_000;
  const wanted = [0, 1, 3, 16_383, 16_384, 32_768, LENGTH - 1].map((index) => {
    const [time, value = null, note = null] = rowAt(index);
    return { time, value, note };
  });
  const indexes = [0, 1, 3, 16_383, 16_384, 32_768, LENGTH - 1];

  it('comes back from Parquet', async () => {
    const file = Uint8Array.from(await all(parquetOf(source(LENGTH).table, {}))).buffer;
    const rows = (await parquetReadObjects({ file })) as { time: Date }[];
    expect(parquetMetadata(file).row_groups.length).toBeGreaterThan(1);
    expect(rows).toHaveLength(LENGTH);
    expect(indexes.map((index) => ({ ...rows[index], time: rows[index]?.time.getTime() }))).toEqual(wanted);
  });

  it('comes back from Arrow', async () => {
    const read = tableFromIPC(await all(arrowOf(source(LENGTH).table, {})));
    expect(read.batches.length).toBeGreaterThan(1);
    expect(read.numRows).toBe(LENGTH);
    expect(indexes.map((index) => ({ ...read.get(index)?.toJSON() }))).toEqual(wanted);
    expect(read.getChild('value')?.nullCount).toBe(LENGTH / 10);
  });
});

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = [];
  for await (const piece of pieces) found.push(piece);
  return Buffer.concat(found);
}
