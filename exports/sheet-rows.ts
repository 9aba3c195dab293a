/** Refuses a workbook that would not hold all rows, before anything is sent: half a workbook cannot be opened. */
import { DaoyuError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { ExportRequest } from './table.ts';
import { MAX_SHEET_ROWS } from './xlsx.ts';

/** Throws `EXPORT_TOO_LARGE`. */
export async function checkSheetRows(store: Pick<Store, 'series'>, request: ExportRequest): Promise<void> {
  const { kind, fields, devices, from, to, shape } = request;
  for (const place of devices) {
    const series = await store.series({
      ...{ kind: kind.name, ...place, from, to, maxPoints: 1_000_000, quality: 'all' },
      ...{ fields: fields.map(({ name }) => name), every: { count: 1, unit: 'month' }, aggregates: ['count'] },
    });
    const counts = series.map(({ points }) => points.reduce((sum, [, count]) => sum + count, 0));
    const rows = shape === 'long' ? counts.reduce((sum, count) => sum + count, 0) : Math.max(0, ...counts);
    if (rows >= MAX_SHEET_ROWS)
      throw new DaoyuError(
        'EXPORT_TOO_LARGE',
        `${place.park}.${place.device} has ${rows} rows and a sheet of Excel takes ${MAX_SHEET_ROWS - 1}: ask for less time, or for csv or parquet`,
      );
  }
}
