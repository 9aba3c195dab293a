/** The table as an Arrow IPC stream: what pandas, polars and R take without parsing. The one file that imports its library. */
import { setImmediate } from 'node:timers/promises';
import { batched, type ExportCell, type ExportColumn, type ExportTable } from './table.ts';

const BATCH_ROWS = 16_384;

export async function* arrowOf(
  { columns, rows }: Pick<ExportTable, 'columns' | 'rows'>,
  description: object,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const arrow = await import('apache-arrow');
  const typeOf = (type: ExportColumn['type']) => {
    if (type === 'time') return new arrow.Timestamp(arrow.TimeUnit.MILLISECOND, 'UTC');
    return type === 'number' ? new arrow.Float64() : new arrow.Utf8();
  };
  const schema = new arrow.Schema(
    columns.map(
      ({ name, type, field }) =>
        new arrow.Field(
          name,
          typeOf(type),
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
    const children = columns.map(({ type }, index) => {
      const vector = arrow.vectorFromArray((batch[index] ?? []).map(cellOf), typeOf(type));
      const [data] = vector.data;
      if (data === undefined) throw new Error('a column without data');
      return data;
    });
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

const cellOf = (cell: ExportCell) => cell ?? null;
