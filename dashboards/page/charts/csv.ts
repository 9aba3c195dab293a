/** What a chart shows, as CSV: Beijing time with its offset, units in the header. */
import { isoOf } from '../../../base/beijing-time.ts';
import { csvLine } from '../../../base/csv.ts';

export interface CsvColumn {
  readonly title: string;
  /** Text for columns that annotate another column, such as its flags. */
  readonly values: readonly (number | string | null | undefined)[];
}

/** One line for each time at which any column has a value. */
export function csvOf(timesSeconds: readonly number[], columns: readonly CsvColumn[]): string {
  const header = csvLine(['time', ...columns.map(({ title }) => title)]);
  const rows = timesSeconds.flatMap((time, index) => {
    const values = columns.map((column) => column.values[index] ?? '');
    return values.every((value) => value === '') ? [] : [csvLine([isoOf(time * 1000), ...values])];
  });
  return header + rows.join('');
}
