/** Where the header of a table stands, and which of its columns hold the time. */
import { isUnit } from '../sensors/units.ts';
import { clockOfDigits, isCompactDate, isDateOnly, isTimeOnly, isZoneName, looksLikeTime } from './local-time.ts';
import { composedHeaders } from './merged-headers.ts';
import type { Cells } from './records.ts';
import { isRemark } from './remarks.ts';
import { dateParts, textOfParts } from './time-parts.ts';
import { zoneInHeader } from './zone.ts';

/** `written` as text · `date`: without a time of day · epochs · days since 1900, as spreadsheets count. */
export const TIME_FORMS = ['written', 'date', 'epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns', 'serial'] as const;
export type TimeForm = (typeof TIME_FORMS)[number];

export interface TimeColumns {
  readonly form: TimeForm;
  /** Index of the column; of a date, where its clock stands in another. */
  readonly column: number;
  readonly clock?: number;
  /** The clock is a number of hours. */
  readonly isHour?: true;
  /** Index of a column that names the zone of each row. */
  readonly zone?: number;
  /** Indexes of the year, month, day, hour, minute and second, where each has a column of its own. */
  readonly parts?: readonly number[];
}

/** The columns that hold the time, in their order. */
export const timeIndexes = ({ column, clock, parts }: TimeColumns): readonly number[] =>
  parts ?? (clock === undefined ? [column] : [column, clock]);

/** The date that counts for a row: its own, or the one above where the cell is merged. */
export function dateAbove(cells: Cells, { column }: TimeColumns, before: string): string {
  const own = (cells[column] ?? '').trim();
  if (own === '' || own === before) return before;
  return isDateOnly(own) ? own : '';
}

/** The time of a row as one text. `date`: what stands for a date that is merged with the one above. */
export function timeText(cells: Cells, { column, clock, isHour, parts }: TimeColumns, date = ''): string {
  if (parts !== undefined) return textOfParts(parts.map((index) => (cells[index] ?? '').trim()));
  const text = (cells[column] ?? '').trim();
  if (clock === undefined) return text;
  const beside = (cells[clock] ?? '').trim();
  if (text === '' && beside === '') return '';
  return `${text || date} ${clockOfDigits(beside, isHour === true) ?? beside}`;
}

export interface Layout {
  /** Lines above the header. */
  readonly preamble: readonly Cells[];
  readonly hasHeader: boolean;
  /** Unique; of two columns of one name the second is `name#2`, without a name `column 3`. */
  readonly headers: readonly string[];
  /** From a line of units below the header. */
  readonly units: readonly (string | undefined)[];
  /** Index of the first line with data. */
  readonly firstRow: number;
  /** Undefined: no column holds times. */
  readonly time?: TimeColumns;
}

const TIME_NAME =
  /time|date|stamp|epoch|unix|^ts$|^t$|时间|日期|时刻|datum|uhrzeit|zeit|fecha|hora|date|heure|created/i;
/** When it came to some server, not when it was measured. */
const UPLOADED = /upload|receiv|server|insert|update|sync|上传|接收|入库|更新|同步/i;
/** Beside a column of dates. */
const NOT_UNITS = new Set(['ts', 'rn', 'smp', 'avg', 'min', 'max', 'tot', 'none', 'second', 'seconds', '']);

interface Candidate extends TimeColumns {
  readonly first: number;
  readonly count: number;
  readonly rank: number;
}

/** `rows`: the beginning of the file. `named`: headers of the columns with the time, where they were told. */
export function findLayout(rows: readonly Cells[], named: readonly string[] = []): Layout {
  const width = Math.max(0, ...rows.map((cells) => cells.length));
  const candidates: Candidate[] = [];
  for (let column = 0; column < width; column++) candidates.push(...candidatesIn(rows, column));
  candidates.push(...partsIn(rows));
  const told = named.length === 0 ? undefined : toldTime(rows, named);
  if (told !== undefined) return layoutOf(rows, told, told.first);
  const [best] = candidates.sort(
    (one, other) => other.rank - one.rank || other.count - one.count || one.column - other.column,
  );
  if (best === undefined) return layoutOf(rows, undefined, Math.min(1, rows.length));
  const { first } = best;
  return layoutOf(rows, best, first);
}

function candidatesIn(rows: readonly Cells[], column: number): readonly Candidate[] {
  const found: Candidate[] = [];
  const add = (form: TimeForm, rank: number, matches: readonly boolean[], more: Partial<TimeColumns> = {}) => {
    const first = firstRun(matches, rows);
    if (first === undefined) return;
    const count = matches.slice(first).filter(Boolean).length;
    const header = headerAbove(rows, first, column) ?? '';
    const isBare = (form !== 'written' && form !== 'date') || isCompactDate(cell(rows[first] ?? []));
    if (isBare && !TIME_NAME.test(header)) return;
    const late = UPLOADED.test(header) ? 10 : 0;
    // A column that has a time in some rows only is not the one of the measurement.
    const sparse = count * 2 < rows.length - first ? 20 : 0;
    // A time that says its zone is surer than one that does not.
    const zoned = form === 'written' && zoneInHeader(header)?.is === 'zone' ? 3 : 0;
    found.push({ form, column, first, count, rank: rank + zoned - late - sparse, ...more });
  };
  const cell = (cells: Cells, index = column) => (cells[index] ?? '').trim();
  const texts = rows.map((cells) => cell(cells));
  add('written', 5, texts.map(looksLikeTime));
  const isDate = texts.map(isDateOnly);
  if (isDate.some(Boolean)) {
    const filled = downwards(texts, isDate);
    for (const clock of [column + 1, column - 1]) {
      if (clock < 0) continue;
      const header = headerAbove(rows, isDate.indexOf(true), clock) ?? '';
      const isHour = HOUR_NAME.test(header);
      const isClock = (text: string) =>
        isTimeOnly(text) || ((isHour || TIME_NAME.test(header)) && clockOfDigits(text, isHour) !== undefined);
      const matches = rows.map((cells, row) => filled[row] === true && isClock(cell(cells, clock)));
      add('written', 4, matches, { clock, ...(isHour && { isHour }) });
    }
  }
  const inRange = (low: number, high: number) => texts.map((text) => isIn(text, low, high));
  for (const [form, low, high] of EPOCHS) add(form, 6, inRange(low, high));
  add('serial', 2, inRange(36_526, 73_050));
  add('date', 1, isDate);
  return found;
}

const HOUR_NAME = /^(?:时|時|小时|时次|hour|hours|hr|hh)$/i;
/** From 2000 on. */
const EPOCHS = [
  ['epoch_s', 946e6, 4e9],
  ['epoch_ms', 946e9, 4e12],
  ['epoch_us', 946e12, 4e15],
  ['epoch_ns', 946e15, 4e18],
] as const;

const isIn = (text: string, low: number, high: number) =>
  /^\d{5,19}(?:[.,]\d+)?$/.test(text) && Number(text.replace(',', '.')) >= low && Number(text.replace(',', '.')) < high;

/** A date that stands once for the rows below it, as a merged cell does. */
function downwards(texts: readonly string[], isDate: readonly boolean[]): readonly boolean[] {
  let isBelow = false;
  return texts.map((text, row) => {
    isBelow = isDate[row] === true || (isBelow && text === '');
    return isBelow;
  });
}

function partsIn(rows: readonly Cells[]): readonly Candidate[] {
  for (const [row, names] of rows.entries()) {
    const parts = dateParts(names);
    if (parts === undefined) continue;
    const matches = rows.map((cells, index) => {
      const text = textOfParts(parts.map((part) => (cells[part] ?? '').trim()));
      return index > row && (looksLikeTime(text) || isDateOnly(text));
    });
    const first = firstRun(matches, rows);
    if (first === undefined) continue;
    const form = parts.length > 3 ? 'written' : 'date';
    const count = matches.filter(Boolean).length;
    return [{ form, column: parts[0] ?? 0, parts, first, count, rank: form === 'written' ? 4 : 1 }];
  }
  return [];
}

/** The first row from which on most of the next ones match: a date among the lines above the header is alone. */
function firstRun(matches: readonly boolean[], rows: readonly Cells[]): number | undefined {
  for (const [index, isMatch] of matches.entries()) {
    if (!isMatch) continue;
    // Sums and signatures below a short table do not count against it.
    const next: boolean[] = [];
    for (let row = index; row < rows.length && next.length < 5; row++)
      if (matches[row] === true || !isRemark(rows[row] ?? [])) next.push(matches[row] === true);
    if (next.filter(Boolean).length * 2 > next.length) return index;
  }
  return undefined;
}

/** The nearest cell above that is no unit. */
function headerAbove(rows: readonly Cells[], first: number, column: number): string | undefined {
  for (let row = first - 1; row >= Math.max(0, first - 4); row--) {
    const text = (rows[row]?.[column] ?? '').trim();
    if (!NOT_UNITS.has(bare(text).toLowerCase()) && !isUnit(bare(text))) return text;
  }
  return undefined;
}

function toldTime(rows: readonly Cells[], named: readonly string[]): Candidate | undefined {
  for (const [row, cells] of rows.entries()) {
    const indexes = named.map((name) => uniqueNames(cells).indexOf(name));
    const [column = -1, clock] = indexes;
    if (indexes.includes(-1) || column < 0) continue;
    const all = candidatesIn(rows.slice(row + 1), column).filter((each) => each.clock === clock);
    const [best] = [...all].sort((one, other) => other.count - one.count || other.rank - one.rank);
    const form = best?.form ?? 'written';
    const first = row + 1 + (best?.first ?? 0);
    const isHour = best?.isHour;
    return { form, column, first, count: 1, rank: 9, ...(clock !== undefined && { clock }), ...(isHour && { isHour }) };
  }
  return undefined;
}

function layoutOf(rows: readonly Cells[], time: TimeColumns | undefined, firstRow: number): Layout {
  const header = headerRow(rows, firstRow, time?.column);
  const width = Math.max(rows[header ?? firstRow]?.length ?? 0, rows[firstRow]?.length ?? 0);
  const between = header === undefined ? [] : rows.slice(header + 1, firstRow);
  const names = header === undefined ? [] : composedHeaders(rows, { header, firstRow, width, time: time?.column });
  const headers = uniqueNames(Array.from({ length: width }, (_, index) => names[index] ?? ''));
  const units = headers.map((_, index) =>
    between.map((cells) => bare(cells[index] ?? '')).find((text) => text !== '' && isUnit(text)),
  );
  const zone = zoneColumn(rows.slice(firstRow), headers, time);
  return {
    preamble: rows.slice(0, header ?? firstRow),
    hasHeader: header !== undefined,
    headers,
    units,
    firstRow,
    ...(time !== undefined && {
      time: {
        ...{ form: time.form, column: time.column },
        ...(time.clock !== undefined && { clock: time.clock }),
        ...(time.isHour && { isHour: time.isHour }),
        ...(time.parts !== undefined && { parts: time.parts }),
        ...(zone !== undefined && { zone }),
      },
    }),
  };
}

const bare = (text: string) => text.trim().replace(/^[([（]|[)\]）]$/g, '');

/** The line that names the time, or else the one above the first with data. */
function headerRow(rows: readonly Cells[], first: number, time: number | undefined): number | undefined {
  const isNames = (cells: Cells | undefined, isGroup = false) => {
    const names = (cells ?? []).filter((cell) => cell.trim() !== '');
    const filled = (rows[first] ?? []).filter((cell) => cell.trim() !== '');
    if (names.every((cell) => NOT_UNITS.has(cell.trim().toLowerCase()) || isUnit(bare(cell)))) return false;
    const numbers = names.filter((cell) => /^[-+]?[\d.,]+$/.test(cell.trim()));
    const isWide = isGroup || names.length * 2 >= filled.length;
    return names.length >= 2 && isWide && numbers.length * 2 < names.length;
  };
  for (let row = first - 1; row >= Math.max(0, first - 4) && time !== undefined; row--) {
    // A group names several columns, whose own names stand below it.
    const isGroup = row === first - 2 && (rows[first - 1]?.[time] ?? '').trim() === '';
    if (TIME_NAME.test(rows[row]?.[time] ?? '') && isNames(rows[row], isGroup)) return row;
  }
  return isNames(rows[first - 1]) ? first - 1 : undefined;
}

function uniqueNames(cells: Cells): readonly string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, index) => {
    const name = cell.replace(/\s+/g, ' ').trim() || `column ${index + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  });
}

/** `tz_cd` of the USGS: EDT in summer, EST in winter. */
function zoneColumn(rows: readonly Cells[], headers: readonly string[], time: TimeColumns | undefined) {
  const index = headers.findIndex(
    (header, column) =>
      /tz|zone|时区|utc.?offset/i.test(header) &&
      column !== time?.column &&
      rows.length > 0 &&
      rows.slice(0, 5).every((cells) => isZoneName((cells[column] ?? '').trim())),
  );
  return index < 0 ? undefined : index;
}
