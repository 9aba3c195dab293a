/** The instant of a row: by the form of its column, the order of its date, and the zone. */
import { BEIJING_OFFSET_MINUTES } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import type { Layout, TimeColumns } from '../tables/layout.ts';
import {
  DATE_ORDERS,
  type DateOrder,
  isAmbiguousZone,
  offsetInHeader,
  parseWritten,
  possibleOrders,
  type Written,
  zoneOffset,
} from '../tables/local-time.ts';
import type { Cells } from '../tables/records.ts';
import { wallOfSerial } from '../tables/xlsx-dates.ts';
import { fixedZone, type Zone, zoneNamed } from '../tables/zone.ts';
import type { ImportOptions, Question } from './options.ts';

export interface RowTimes {
  readonly columns: readonly string[];
  readonly form: TimeColumns['form'];
  /** Of dates in numbers whose year has not four digits in front. */
  readonly order?: DateOrder;
  readonly zone: string;
  /** `assumed`: nobody says, so it is Beijing time · `rows`: each row says. */
  readonly zoneFrom: 'rows' | 'file' | 'told' | 'assumed';
  readonly questions: readonly Question[];
  /** Of the rows in their order: epoch ms; undefined: no time, or one whose zone is not known. */
  reader(): (cells: Cells) => number | undefined;
}

export interface DateWatch {
  see(cells: Cells): void;
  /** What the dates of the file may be, and one of them; undefined: nothing is in doubt. */
  found(): { readonly orders: readonly DateOrder[]; readonly example: string } | undefined;
  /** How many rows say their zone, of how many. */
  readonly zoned: number;
  /** A name that means several zones. */
  readonly ambiguous: string | undefined;
  readonly seen: number;
}

const textIn = (cells: Cells, { column, clock }: TimeColumns) =>
  clock === undefined ? (cells[column] ?? '').trim() : `${(cells[column] ?? '').trim()} ${(cells[clock] ?? '').trim()}`;

const ZONE_BEHIND = /[\d\s(](Z|[+-]\d{2}:?\d{2}|[A-Za-z]{3,5})\)?(?: \d{4})?$/;

export function watchDates(time: TimeColumns): DateWatch {
  let orders: readonly DateOrder[] | undefined;
  let example = '';
  let [seen, zoned] = [0, 0];
  let ambiguous: string | undefined;
  return {
    see(cells) {
      if (time.form !== 'written' && time.form !== 'date') return;
      const text = textIn(cells, time);
      if (text === '') return;
      seen += 1;
      const beside = time.zone === undefined ? '' : (cells[time.zone] ?? '').trim();
      const [, said = beside] = ZONE_BEHIND.exec(text) ?? [];
      if (said !== '' && !/^[ap]m$/i.test(said)) {
        zoned += 1;
        if (isAmbiguousZone(said)) ambiguous ??= said;
      }
      if (/^\d{4}/.test(text)) return;
      const possible = possibleOrders(text);
      if (possible === undefined || possible.length === 0) return;
      if (orders === undefined || possible.length > 1) example ||= text;
      const left: readonly DateOrder[] = (orders ?? DATE_ORDERS).filter((order) => possible.includes(order));
      // A file that mixes orders leaves none.
      orders = left;
    },
    found: () => (orders === undefined ? undefined : { orders, example }),
    get ambiguous() {
      return ambiguous;
    },
    get zoned() {
      return zoned;
    },
    get seen() {
      return seen;
    },
  };
}

/** Throws `TIME_ZONE_INVALID`, `IMPORT_TIME_UNKNOWN`. */
export function rowTimes(layout: Layout, watch: DateWatch, options: ImportOptions): RowTimes {
  const { time, headers } = layout;
  if (time === undefined)
    throw new DaoyuError(
      'IMPORT_TIME_UNKNOWN',
      `no column of the file holds times that can be read: name it with the option time. Columns: ${headers.join(', ')}`,
    );
  const columns = [time.column, time.clock].flatMap((index) => (index === undefined ? [] : (headers[index] ?? [])));
  const { zone, from } = zoneOf(layout, columns, options);
  const isAll = watch.seen > 0 && watch.zoned === watch.seen;
  const { order, questions } = orderOf(columns, watch, options);
  if (watch.ambiguous !== undefined && from === 'assumed') questions.push(zoneQuestion(columns, watch.ambiguous));
  const clock = options.at === undefined ? undefined : clockOf(options.at);
  if (time.form === 'date' && clock === undefined)
    questions.push({
      about: columns.join(', '),
      option: 'at',
      message: `"${columns.join(', ')}" holds dates without a time of day: say at what time was measured`,
      choices: ['08:00'],
    });
  const isEpoch = time.form === 'epoch_s' || time.form === 'epoch_ms';
  return {
    columns,
    form: time.form,
    ...(order !== undefined && { order }),
    zone: isEpoch ? 'UTC' : isAll ? 'as each row says' : zone.name,
    zoneFrom: isEpoch || isAll ? 'rows' : from,
    questions,
    reader: () => readerOf(time, { zone, order, clock }),
  };
}

function readerOf(
  time: TimeColumns,
  {
    zone,
    order,
    clock = 0,
  }: { readonly zone: Zone; readonly order: DateOrder | undefined; readonly clock: number | undefined },
): (cells: Cells) => number | undefined {
  let previous: number | undefined;
  const ofWall = (wall: number, said: string | undefined) => {
    if (said === undefined) return zone.instant(wall, previous);
    const offset = zoneOffset(said, zone.offsetMinutes);
    return offset === undefined ? undefined : wall - offset * 60_000;
  };
  const saidBeside = (cells: Cells, { zone: own }: Written) =>
    own ?? (time.zone === undefined ? undefined : (cells[time.zone] ?? '').trim() || undefined);
  return (cells) => {
    const text = textIn(cells, time);
    let at: number | undefined;
    if (time.form === 'written' || time.form === 'date') {
      const found = parseWritten(text, order);
      if (found === undefined || (!found.hasClock && time.form === 'written')) return undefined;
      at = ofWall(found.hasClock ? found.wall : found.wall + clock, saidBeside(cells, found));
    } else {
      const number = Number(text.replace(',', '.'));
      if (text === '' || !Number.isFinite(number)) return undefined;
      if (time.form === 'serial') at = zone.instant(wallOfSerial(number), previous);
      else at = Math.round(time.form === 'epoch_s' ? number * 1000 : number);
    }
    previous = at ?? previous;
    return at;
  };
}

function zoneOf({ preamble }: Layout, columns: readonly string[], options: ImportOptions) {
  if (options.zone !== undefined) return { zone: zoneNamed(options.zone), from: 'told' as const };
  for (const column of columns) {
    const offset = offsetInHeader(column);
    if (offset !== undefined) return { zone: fixedZone(offset, nameOf(offset)), from: 'file' as const };
    const [place] = /\b[A-Z][a-z]+\/[A-Z][A-Za-z_]+\b/.exec(column) ?? [];
    if (place !== undefined) return { zone: zoneNamed(place), from: 'file' as const };
  }
  for (const cells of preamble) {
    const [, said] = /(?:time ?zone|utc ?offset|时区)[^A-Za-z0-9+-]*([^,;)]{1,30})/i.exec(cells.join(' ')) ?? [];
    const offset = said === undefined ? undefined : (offsetInHeader(said) ?? zoneOffset(said.trim()));
    if (offset !== undefined) return { zone: fixedZone(offset, nameOf(offset)), from: 'file' as const };
  }
  return { zone: fixedZone(BEIJING_OFFSET_MINUTES, nameOf(BEIJING_OFFSET_MINUTES)), from: 'assumed' as const };
}

function zoneQuestion(columns: readonly string[], name: string): Question {
  const [meanings, choices] = /cst/i.test(name)
    ? ['China (+08:00) or North America (-06:00)', ['+08:00', '-06:00']]
    : ['India (+05:30), Ireland (+01:00) or Israel (+02:00)', ['+05:30', '+01:00', '+02:00']];
  return { about: columns.join(', '), option: 'zone', message: `${name} may be that of ${meanings}`, choices };
}

function nameOf(offset: number): string {
  const minutes = Math.abs(offset);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function orderOf(columns: readonly string[], watch: DateWatch, { dates }: ImportOptions) {
  const questions: Question[] = [];
  const found = watch.found();
  if (dates !== undefined || found === undefined) return { order: dates, questions };
  const header = columns.join(' ');
  const { orders, example } = found;
  const said = /MM[/.-]DD/i.test(header) ? 'mdy' : /DD[/.-]MM/i.test(header) ? 'dmy' : undefined;
  if (said !== undefined) return { order: said as DateOrder, questions };
  if (orders.length === 1) return { order: orders[0], questions };
  const open = orders.length === 0 ? DATE_ORDERS : orders;
  const meanings = open.flatMap((order) => {
    const wall = parseWritten(example, order)?.wall;
    return wall === undefined ? [] : [`${new Date(wall).toISOString().slice(0, 10)} (dates=${order})`];
  });
  questions.push({
    about: columns.join(', '),
    option: 'dates',
    message:
      orders.length === 0
        ? `the dates of "${columns.join(', ')}" follow no single order: say which one counts where both are possible; ${example} is ${meanings.join(' or ')}`
        : `${example} may be ${meanings.join(' or ')}: nothing in the file tells day and month apart`,
    choices: open,
  });
  return { order: undefined, questions };
}

function clockOf(text: string): number {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59)
    throw new DaoyuError('TIME_INVALID', `at "${text}" must be a time of day such as 08:00`);
  return ms;
}
