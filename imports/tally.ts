/** What became of every row of a file. */
import type { Rejection } from '../bus/rejection.ts';

export interface RowCounts {
  /** All with data; the sum of the others. */
  readonly rows: number;
  /** On the log for the first time. */
  readonly new: number;
  /** There already, with the same values. */
  readonly duplicate: number;
  /** Nothing of the row was taken: in quarantine, with the reason. */
  readonly refused: number;
  /** No time, or one whose zone is not known. */
  readonly timeless: number;
  /** No value in any column that is taken. */
  readonly empty: number;
  /** No measurement: sums, the header again, notes below the table. */
  readonly remarks: number;
  /** Of another device, where the person said which rows count. */
  readonly others: number;
}

export interface RefusalCount {
  readonly code: string;
  readonly field?: string;
  readonly count: number;
  /** Of the first one. */
  readonly message: string;
  /** Numbers of the first rows, counted from the one below the header. */
  readonly rows: readonly number[];
}

const NAMED_ROWS = 5;
const MAX_REASONS = 100;

export function createTally() {
  const counts = { rows: 0, new: 0, duplicate: 0, refused: 0, timeless: 0, empty: 0, remarks: 0, others: 0 };
  const reasons = new Map<string, { code: string; field?: string; count: number; message: string; rows: number[] }>();
  let [values, doubted] = [0, 0];
  return {
    counts,
    note({ code, field, message }: Rejection, row: number): void {
      const key = `${code} ${field ?? ''}`;
      const known = reasons.get(key);
      if (known === undefined) {
        if (reasons.size < MAX_REASONS)
          reasons.set(key, { code, ...(field !== undefined && { field }), count: 1, message, rows: [row] });
        return;
      }
      known.count += 1;
      if (known.rows.length < NAMED_ROWS) known.rows.push(row);
    },
    addValues(taken: number, withDoubt: number): void {
      values += taken;
      doubted += withDoubt;
    },
    result: () => ({
      counts: { ...counts } as RowCounts,
      values,
      doubted,
      refusals: [...reasons.values()].sort((one, other) => other.count - one.count) as readonly RefusalCount[],
    }),
  };
}

export type Tally = ReturnType<typeof createTally>;
