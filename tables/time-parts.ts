/** Times whose year, month, day and hour stand in columns of their own, as weather services write them. */
import type { Cells } from './records.ts';

/** In their order; the first three make a date. */
const NAMES = [
  /^(?:年|年份|year|yyyy|yr|año|jahr)$/i,
  /^(?:月|月份|month|mon|mm|mes|monat)$/i,
  /^(?:日|天|day|dd|day of month|día|tag)$/i,
  /^(?:时|時|小时|时次|hour|hours|hr|hh|hora|stunde)$/i,
  /^(?:分|分钟|minute|minutes|min|mi)$/i,
  /^(?:秒|second|seconds|sec|ss)$/i,
];

/** Indexes of the columns by their names; undefined where no date is among them. */
export function dateParts(names: Cells): readonly number[] | undefined {
  const found = NAMES.map((pattern) => names.findIndex((name) => pattern.test(name.trim())));
  const end = found.indexOf(-1);
  const parts = end < 0 ? found : found.slice(0, end);
  return parts.length < 3 ? undefined : parts;
}

/** As a time is written; empty where a part is none. */
export function textOfParts(cells: Cells): string {
  if (!cells.every((cell) => /^\d{1,4}$/.test(cell))) return '';
  const [year = '', month = '', day = '', hour, minute = '00', second = '00'] = cells.map((cell) =>
    cell.padStart(2, '0'),
  );
  const date = `${year}-${month}-${day}`;
  return hour === undefined ? date : `${date} ${hour}:${minute}:${second}`;
}
