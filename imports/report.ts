/** What an import tells: how the file was understood, what it leaves open, and what became of every row. */
import { DaoyuError } from '../base/errors.ts';
import { numberOf } from '../tables/decimals.ts';
import { type TimeForm, timeIndexes } from '../tables/layout.ts';
import type { DateOrder } from '../tables/local-time.ts';
import type { Question } from './options.ts';
import type { Plan } from './plan.ts';
import type { RowTimes } from './row-time.ts';
import type { SourceForm } from './source.ts';
import type { RefusalCount, RowCounts } from './tally.ts';

export interface ImportReport {
  readonly park: string;
  readonly device: string;
  readonly kind: string;
  readonly dryRun: boolean;
  readonly file: SourceForm & {
    readonly decimal: string;
    readonly rows: number;
    /** Lines above the header. */
    readonly skipped: number;
  };
  readonly time: {
    readonly columns: readonly string[];
    readonly form: TimeForm;
    readonly order?: DateOrder;
    readonly zone: string;
    readonly zoneFrom: RowTimes['zoneFrom'];
    /** Epoch ms of the first and the last measurement; absent: no row has one. */
    readonly first?: number;
    readonly last?: number;
  };
  readonly columns: readonly ReportedColumn[];
  /** The first rows, as they are understood. */
  readonly preview: readonly { readonly time: number | null; readonly values: Readonly<Record<string, string>> }[];
  readonly questions: readonly Question[];
  readonly counts: RowCounts;
  /** Single values of rows of which others were taken, and whole rows. */
  readonly refusals: readonly RefusalCount[];
  /** Values taken, and those of them that carry a doubt: spike, stuck. */
  readonly values: number;
  readonly doubted: number;
  /** What a person should know, in sentences. */
  readonly notes: readonly string[];
}

export interface ReportedColumn {
  readonly column: string;
  /** Canonical field; null: nothing is taken. */
  readonly field: string | null;
  /** As the file has it; null: none. */
  readonly unit: string | null;
  readonly unitFrom?: 'told' | 'file' | 'assumed';
  readonly isTime?: true;
  readonly note?: string;
  readonly samples: readonly string[];
}

const SAMPLES = 3;

export function reportedColumns({ columns, layout, samples }: Plan): readonly ReportedColumn[] {
  const { time } = layout;
  return columns.map(({ column, index, field, attribute, unit, unitFrom, note }) => ({
    column,
    field: field?.name ?? attribute ?? null,
    unit: unit ?? field?.symbol ?? null,
    ...(unitFrom !== undefined && { unitFrom }),
    ...(time !== undefined && [...timeIndexes(time), time.zone].includes(index) && { isTime: true as const }),
    ...(note !== undefined && { note }),
    samples: samples.slice(0, SAMPLES).map((cells) => (cells[index] ?? '').slice(0, 60)),
  }));
}

export function previewOf({ columns, decimal, times, samples }: Plan): ImportReport['preview'] {
  const timeOf = times.reader();
  return samples.map((cells) => ({
    time: timeOf(cells) ?? null,
    values: Object.fromEntries(
      columns.flatMap(({ index, field, unit }) => {
        const cell = (cells[index] ?? '').trim();
        if (field === undefined || cell === '') return [];
        return [[field.name, `${numberOf(cell, decimal) ?? cell} ${unit ?? field.symbol}`.trim()]];
      }),
    ),
  }));
}

export function notesOf({ times, columns }: Plan, form: SourceForm): readonly string[] {
  const notes: string[] = [];
  if (times.zoneFrom === 'assumed') notes.push(`the times name no zone: taken as Beijing time (${times.zone})`);
  for (const { column, unitFrom, note } of columns)
    if (unitFrom === 'assumed' && note !== undefined) notes.push(`"${column}": ${note}`);
  const left = columns.filter(
    ({ field, attribute, column, note }) =>
      field === undefined && attribute === undefined && note !== undefined && !times.columns.includes(column),
  );
  if (left.length > 0) notes.push(`left out: ${left.map(({ column }) => `"${column}"`).join(', ')}`);
  if ((form.sheets?.length ?? 0) > 1)
    notes.push(
      `of the sheets ${form.sheets?.join(', ')} only "${form.sheet}" is read: name another with the option sheet`,
    );
  return notes;
}

/** Throws `IMPORT_UNDECIDED`, `IMPORT_COLUMN_UNKNOWN`: nothing is imported of a file that leaves something open. */
export function requireDecided(
  { questions, columns }: Plan,
  kind: { readonly name: string; readonly fields: readonly { readonly name: string }[] },
): void {
  if (questions.length > 0)
    throw new DaoyuError(
      'IMPORT_UNDECIDED',
      questions.map(({ message, option, choices }) => `${message}; say ${option}: ${choices.join(' | ')}`).join('\n'),
    );
  if (columns.some(({ field }) => field !== undefined)) return;
  const headers = columns.map(({ column }) => column).join(', ');
  throw new DaoyuError(
    'IMPORT_COLUMN_UNKNOWN',
    `nothing would be imported: no column is a field of ${kind.name}. The file has ${headers}; expected are ${kind.fields.map(({ name }) => name).join(', ')}, their Chinese names or the names that devices use; say which column is which with the option columns`,
  );
}
