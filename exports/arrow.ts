/** The table as an Arrow IPC stream: what pandas, polars and R take without parsing. The one file that imports its library. */
import { setImmediate } from 'node:timers/promises';
import type { Data } from 'apache-arrow';
import { batched, type ExportCell, type ExportColumn, type ExportTable } from './table.ts';

const BATCH_ROWS = 16_384;

type Arrow = typeof import('apache-arrow');

export async function* arrowOf(
  { columns, rows }: Pick<ExportTable, 'columns' | 'rows'>,
  description: object,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const arrow = await import('apache-arrow');
  const schema = new arrow.Schema(
    columns.map(
      ({ name, type, field }) =>
        new arrow.Field(
          name,
          typeOf(arrow, type),
          type !== 'time',
          new Map(field === undefined ? [] : [['unit', field.unit]]),
        ),
    ),
    new Map([['datapackage', JSON.stringify(description)]]),
  );
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  const pieces = writer[Symbol.asyncIterator]();
  let next = pieces.next();
  /** What it has written so far. */
  async function* written(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = await Promise.race([next, setImmediate(undefined)]);
      if (piece === undefined || piece.done) return;
      yield piece.value as Uint8Array;
      next = pieces.next();
    }
  }
  for await (const batch of batched(rows(signal), columns.length, BATCH_ROWS)) {
    const children = columns.map(({ type }, index) => dataOf(arrow, type, batch[index] ?? []));
    const struct = arrow.makeData({
      type: new arrow.Struct(schema.fields),
      length: batch[0]?.length ?? 0,
      nullCount: 0,
      children,
    });
    writer.write(new arrow.RecordBatch(schema, struct) as never);
    yield* written();
  }
  writer.finish();
  yield* written();
}

function typeOf(arrow: Arrow, type: ExportColumn['type']) {
  if (type === 'time') return new arrow.Timestamp(arrow.TimeUnit.MILLISECOND, 'UTC');
  return type === 'number' ? new arrow.Float64() : new arrow.Utf8();
}

/** Fills the buffers of a column itself: the library's builders take five times as long, and the loop waits meanwhile. */
function dataOf(arrow: Arrow, type: ExportColumn['type'], cells: readonly ExportCell[]): Data {
  const length = cells.length;
  const nullBitmap = new Uint8Array(Math.ceil(length / 8));
  let nullCount = 0;
  for (const [index, cell] of cells.entries()) {
    if (cell === undefined) nullCount += 1;
    else nullBitmap[index >> 3] = (nullBitmap[index >> 3] ?? 0) | (1 << (index & 7));
  }
  const nulls = { length, nullCount, nullBitmap };
  if (type === 'time')
    return arrow.makeData({
      ...{ type: new arrow.TimestampMillisecond('UTC'), ...nulls },
      data: BigInt64Array.from(cells, (cell) => BigInt(cell ?? 0)),
    });
  if (type === 'number')
    return arrow.makeData({
      ...{ type: new arrow.Float64(), ...nulls },
      data: Float64Array.from(cells, (cell) => Number(cell ?? 0)),
    });
  const valueOffsets = new Int32Array(length + 1);
  for (const [index, cell] of cells.entries())
    valueOffsets[index + 1] = (valueOffsets[index] ?? 0) + Buffer.byteLength(String(cell ?? ''));
  const data = Buffer.from(cells.map((cell) => cell ?? '').join(''));
  return arrow.makeData({ type: new arrow.Utf8(), ...nulls, valueOffsets, data });
}
