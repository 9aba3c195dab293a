/** Where the header of a table stands, and which of its columns hold the time. */
import { isUnit } from '../sensors/units.ts';
import { isDateOnly, isTimeOnly, isZoneName, looksLikeTime } from './local-time.ts';
import type { Cells } from './records.ts';

/** `written` as text · `date`: without a time of day · seconds, milliseconds · days since 1900, as spreadsheets count. */
export const TIME_FORMS = ['written', 'date', 'epoch_s', 'epoch_ms', 'serial'] as const;
export type TimeForm = (typeof TIME_FORMS)[number];

export interface TimeColumns {
  readonly form: TimeForm;
  /** Index of the column; of a date, where its clock stands in another. */
  readonly column: number;
  readonly clock?: number;
  /** Index of a column that names the zone of each row. */
  readonly zone?: number;
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
const NOT_UNITS = new Set(['ts', 'rn', 'smp', 'avg', 'min', 'max', 'tot', '']);

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
  const add = (form: TimeForm, rank: number, test: (cells: Cells) => boolean, clock?: number) => {
    const matches = rows.map(test);
    const first = firstRun(matches);
    if (first === undefined) return;
    const count = matches.slice(first).filter(Boolean).length;
    const header = headerAbove(rows, first, column);
    const isNumeric = form !== 'written' && form !== 'date';
    if (isNumeric && !(header !== undefined && TIME_NAME.test(header))) return;
    const late = header !== undefined && UPLOADED.test(header) ? 10 : 0;
    // A column that has a time in some rows only is not the one of the measurement.
    const sparse = count * 2 < rows.length - first ? 20 : 0;
    found.push({ form, column, first, count, rank: rank - late - sparse, ...(clock !== undefined && { clock }) });
  };
  const cell = (cells: Cells, index = column) => (cells[index] ?? '').trim();
  add('written', 5, (cells) => looksLikeTime(cell(cells)));
  for (const clock of [column + 1, column - 1])
    if (clock >= 0) add('written', 4, (cells) => isDateOnly(cell(cells)) && isTimeOnly(cell(cells, clock)), clock);
  add('epoch_ms', 3, (cells) => isIn(cell(cells), 946e9, 4e12));
  add('epoch_s', 3, (cells) => isIn(cell(cells), 946e6, 4e9));
  add('serial', 2, (cells) => isIn(cell(cells), 36_526, 73_050));
  add('date', 1, (cells) => isDateOnly(cell(cells)));
  return found;
}

const isIn = (text: string, low: number, high: number) =>
  /^\d{5,13}(?:[.,]\d+)?$/.test(text) && Number(text.replace(',', '.')) >= low && Number(text.replace(',', '.')) < high;

/** The first row from which on most of the next ones match: a date among the lines above the header is alone. */
function firstRun(matches: readonly boolean[]): number | undefined {
  for (const [index, isMatch] of matches.entries()) {
    if (!isMatch) continue;
    const next = matches.slice(index, index + 5);
    if (next.filter(Boolean).length * 2 > next.length) return index;
  }
  return undefined;
}

/** The nearest cell above that is no unit. */
function headerAbove(rows: readonly Cells[], first: number, column: number): string | undefined {
  for (let row = first - 1; row >= Math.max(0, first - 4); row--) {
    const text = (rows[row]?.[column] ?? '').trim();
    if (!NOT_UNITS.has(text.toLowerCase())) return text;
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
    return { form, column, first, count: 1, rank: 9, ...(clock !== undefined && { clock }) };
  }
  return undefined;
}

function layoutOf(rows: readonly Cells[], time: TimeColumns | undefined, firstRow: number): Layout {
  const header = headerRow(rows, firstRow, time?.column);
  const width = Math.max(rows[header ?? firstRow]?.length ?? 0, rows[firstRow]?.length ?? 0);
  const names = header === undefined ? [] : (rows[header] ?? []);
  const headers = uniqueNames(Array.from({ length: width }, (_, index) => names[index] ?? ''));
  const between = header === undefined ? [] : rows.slice(header + 1, firstRow);
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
        ...(zone !== undefined && { zone }),
      },
    }),
  };
}

const bare = (text: string) => text.trim().replace(/^[([（]|[)\]）]$/g, '');

/** The line that names the time, or else the one above the first with data. */
function headerRow(rows: readonly Cells[], first: number, time: number | undefined): number | undefined {
  const isNames = (cells: Cells | undefined) => {
    const names = (cells ?? []).filter((cell) => cell.trim() !== '');
    const filled = (rows[first] ?? []).filter((cell) => cell.trim() !== '');
    if (names.every((cell) => NOT_UNITS.has(cell.trim().toLowerCase()) || isUnit(bare(cell)))) return false;
    const numbers = names.filter((cell) => /^[-+]?[\d.,]+$/.test(cell.trim()));
    return names.length >= 2 && names.length * 2 >= filled.length && numbers.length * 2 < names.length;
  };
  for (let row = first - 1; row >= Math.max(0, first - 4) && time !== undefined; row--)
    if (TIME_NAME.test(rows[row]?.[time] ?? '') && isNames(rows[row])) return row;
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
