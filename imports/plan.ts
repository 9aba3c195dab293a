/** Reads a file once, from end to end, and settles how it is to be understood. */
import { DaoyuError } from '../base/errors.ts';
import type { Kind } from '../sensors/kind.ts';
import { withLayout } from '../tables/csv.ts';
import { createDecimalWatch, type Decimal, decimalOf, numberOf, pointed } from '../tables/decimals.ts';
import { type Layout, timeIndexes } from '../tables/layout.ts';
import type { Cells } from '../tables/records.ts';
import type { ImportOptions, Question } from './options.ts';
import { watchOwners } from './owners.ts';
import { type ProposedColumn, proposeColumns } from './proposal.ts';
import { type RowTimes, rowTimes, watchDates } from './row-time.ts';
import type { Source } from './source.ts';

export interface Plan {
  readonly layout: Layout;
  readonly columns: readonly ProposedColumn[];
  readonly decimal: Decimal;
  readonly times: RowTimes;
  readonly rows: number;
  readonly questions: readonly Question[];
  /** Cells of the first rows. */
  readonly samples: readonly Cells[];
}

/** Enough to judge what a column without a unit holds. */
const SAMPLED_ROWS = 2000;
const SHOWN_ROWS = 10;

export async function planImport(
  source: Source,
  kind: Kind,
  options: ImportOptions,
  signal?: AbortSignal,
): Promise<Plan> {
  const { layout, rows } = await withLayout(source.records(), options.time);
  const { headers, time } = layout;
  if (options.time !== undefined && !options.time.every((name) => headers.includes(name)))
    throw new DaoyuError(
      'IMPORT_COLUMN_UNKNOWN',
      `the file has no column "${options.time.join('", "')}"; it has ${headers.join(', ')}`,
    );
  const timed = time === undefined ? [] : [...timeIndexes(time), ...(time.zone === undefined ? [] : [time.zone])];
  const strange = Object.keys(options.rows ?? {}).filter((name) => !headers.includes(name));
  if (strange.length > 0)
    throw new DaoyuError(
      'IMPORT_COLUMN_UNKNOWN',
      `the file has no column "${strange.join('", "')}"; it has ${headers.join(', ')}`,
    );
  const owners = watchOwners(headers, timed);
  const dates = watchDates(time ?? { form: 'written', column: 0 });
  const decimals = createDecimalWatch();
  const sampled: Cells[] = [];
  let count = 0;
  for await (const cells of rows) {
    count += 1;
    if (count % 5000 === 0) {
      signal?.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
    }
    dates.see(cells);
    owners.see(cells);
    for (const [index, cell] of cells.entries()) if (!timed.includes(index) && cell.includes(',')) decimals.see(cell);
    if (count > SAMPLED_ROWS) continue;
    sampled.push(cells);
    for (const [index, cell] of cells.entries()) if (!timed.includes(index) && !cell.includes(',')) decimals.see(cell);
  }
  const isWorkbook = source.form.format === 'xlsx';
  const evidence = decimals.evidence();
  const known = options.decimal ?? (isWorkbook ? '.' : decimalOf(evidence));
  const decimal = known ?? '.';
  const times = rowTimes(layout, dates, options);
  const numbers = headers.map((_, index) =>
    sampled.flatMap((cells) => numberOf((cells[index] ?? '').trim(), decimal) ?? []),
  );
  const proposal = proposeColumns(kind, { headers, units: layout.units, numbers, timed }, options.columns);
  return {
    layout,
    columns: proposal.columns,
    decimal,
    times,
    rows: count,
    questions: [
      ...times.questions,
      ...(known === undefined ? [decimalQuestion(evidence.open ?? '')] : []),
      ...proposal.questions,
      ...owners.questions(options.rows),
    ],
    samples: sampled.slice(0, SHOWN_ROWS),
  };
}

function decimalQuestion(open: string): Question {
  return {
    about: open,
    option: 'decimal',
    message: `${open} may be ${pointed(open, '.')} (decimal=.) or ${pointed(open, ',')} (decimal=,): nothing in the file tells`,
    choices: ['.', ','],
  };
}
