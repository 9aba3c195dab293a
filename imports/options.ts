/** What a person may say about a file; whatever is absent is found out, or asked for. */

import type { Decimal } from '../tables/decimals.ts';
import type { DateOrder } from '../tables/local-time.ts';

/** A field, a field in a unit, or nothing: the column is left out. */
export type ColumnChoice = string | null | { readonly field: string; readonly unit: string };

export interface ImportOptions {
  /** Of a text file: a label of the WHATWG encoding standard, such as `gbk`. */
  readonly encoding?: string | undefined;
  readonly separator?: string | undefined;
  readonly decimal?: Decimal | undefined;
  /** Of a workbook; default: the first one. */
  readonly sheet?: string | undefined;
  /** Headers of the column with the time, or of those with date and clock. */
  readonly time?: readonly string[] | undefined;
  readonly dates?: DateOrder | undefined;
  /** Of times that name none: `+08:00`, `UTC`, `Asia/Shanghai`. */
  readonly zone?: string | undefined;
  /** Time of day of dates without one, `08:00`. */
  readonly at?: string | undefined;
  /** By header, what its cells must say: of a file with the rows of several devices. */
  readonly rows?: Readonly<Record<string, string>> | undefined;
  /** By header. */
  readonly columns?: Readonly<Record<string, ColumnChoice>> | undefined;
}

/** What the file leaves open: nothing of it is imported until it is answered. */
export interface Question {
  /** A header, or what else is in doubt. */
  readonly about: string;
  /** The option that answers it. */
  readonly option: 'columns' | 'rows' | 'dates' | 'decimal' | 'at' | 'zone';
  /** Each reading with what it would mean. */
  readonly message: string;
  /** Answers, as the option takes them; of a column a field, or `field:unit`. */
  readonly choices: readonly string[];
}
