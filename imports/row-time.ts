/** The instant of a row: by the form of its column, the order of its date, and the zone. */
import { BEIJING_OFFSET_MINUTES } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { dateAbove, type Layout, type TimeColumns, timeIndexes, timeText } from '../tables/layout.ts';
import {
  DATE_ORDERS,
  type DateOrder,
  isAmbiguousZone,
  parseWritten,
  possibleOrders,
  type Written,
  zoneOffset,
} from '../tables/local-time.ts';
import type { Cells } from '../tables/records.ts';
import { wallOfSerial } from '../tables/xlsx-dates.ts';
import { fixedZone, nameOfOffset, type Zone, zoneInHeader, zoneNamed } from '../tables/zone.ts';
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

const ZONE_BEHIND = /[\d\s(](Z|[+-]\d{2}:?\d{2}|[A-Za-z]{3,5}|[A-Za-z]+\/[A-Za-z_]+)\)?(?: \d{4})?$/;

export function watchDates(time: TimeColumns): DateWatch {
  let orders: readonly DateOrder[] | undefined;
  let example = '';
  let [seen, zoned] = [0, 0];
  let ambiguous: string | undefined;
  return {
    see(cells) {
      if (time.form !== 'written' && time.form !== 'date') return;
      const text = timeText(cells, time).replace(/\[[\w/+-]+\]$/, '');
      if (text === '' || text.startsWith(' ')) return;
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
  const columns = timeIndexes(time).flatMap((index) => headers[index] ?? []);
  const { zone, from, open } = zoneOf(layout, columns, options);
  const isAll = watch.seen > 0 && watch.zoned === watch.seen;
  const { order, questions } = orderOf(columns, watch, options);
  const unsaid = isAll ? watch.ambiguous : (watch.ambiguous ?? open);
  if (unsaid !== undefined && from === 'assumed') questions.push(zoneQuestion(columns, unsaid));
  const clock = options.at === undefined ? undefined : clockOf(options.at);
  if (time.form === 'date' && clock === undefined)
    questions.push({
      about: columns.join(', '),
      option: 'at',
      message: `"${columns.join(', ')}" holds dates without a time of day: say at what time was measured`,
      choices: ['08:00'],
    });
  const isEpoch = time.form in PER_MS;
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

/** Of each form of epoch. */
const PER_MS: Readonly<Partial<Record<TimeColumns['form'], number>>> = {
  ...{ epoch_s: 0.001, epoch_ms: 1, epoch_us: 1000, epoch_ns: 1_000_000 },
};

function readerOf(
  time: TimeColumns,
  {
    zone,
    order,
    clock = 0,
  }: { readonly zone: Zone; readonly order: DateOrder | undefined; readonly clock: number | undefined },
): (cells: Cells) => number | undefined {
  let previous: number | undefined;
  /** Of the row above, for a date that stands once for several rows. */
  let date = '';
  const perMs = PER_MS[time.form];
  const places = new Map<string, Zone>();
  const placeOf = (name: string) => {
    const known = places.get(name) ?? zoneNamed(name);
    places.set(name, known);
    return known;
  };
  const ofWall = (wall: number, said: string | undefined) => {
    if (said === undefined) return zone.instant(wall, previous);
    if (said.includes('/')) return placeOf(said).instant(wall, previous);
    const offset = zoneOffset(said, zone.offsetMinutes);
    return offset === undefined ? undefined : wall - offset * 60_000;
  };
  const saidBeside = (cells: Cells, { zone: own }: Written) =>
    own ?? (time.zone === undefined ? undefined : (cells[time.zone] ?? '').trim() || undefined);
  return (cells) => {
    if (time.clock !== undefined) date = dateAbove(cells, time, date);
    const text = timeText(cells, time, date);
    let at: number | undefined;
    if (time.form === 'written' || time.form === 'date') {
      const found = parseWritten(text, order);
      if (found === undefined || (!found.hasClock && time.form === 'written')) return undefined;
      at = ofWall(found.hasClock ? found.wall : found.wall + clock, saidBeside(cells, found));
    } else {
      const number = Number(text.replace(',', '.'));
      if (text === '' || !Number.isFinite(number)) return undefined;
      if (time.form === 'serial') at = zone.instant(wallOfSerial(number), previous);
      else at = Math.round(number / (perMs ?? 1));
    }
    previous = at ?? previous;
    return at;
  };
}

/** `open`: a name of a zone that the file writes above its times, and that says too little. */
function zoneOf({ preamble }: Layout, columns: readonly string[], options: ImportOptions) {
  if (options.zone !== undefined) return { zone: zoneNamed(options.zone), from: 'told' as const };
  let open: string | undefined;
  const said = preamble.flatMap((cells) => {
    const [, text] =
      /(?:time ?zone|utc ?offset|时区)[^A-Za-z0-9+\-\u4e00-\u9fff]*([^,;)]{1,40})/i.exec(cells.join(' ')) ?? [];
    return text === undefined ? [] : [/^[A-Z]{3,4}\s*$/.test(text) ? `(${text.trim()})` : text];
  });
  for (const text of [...columns, ...said]) {
    const found = zoneInHeader(text) ?? offsetAlone(text);
    if (found?.is === 'zone') return { zone: found.zone, from: 'file' as const };
    open ??= found?.name;
  }
  return {
    zone: fixedZone(BEIJING_OFFSET_MINUTES, nameOfOffset(BEIJING_OFFSET_MINUTES)),
    from: 'assumed' as const,
    open,
  };
}

function offsetAlone(text: string) {
  const offset = zoneOffset(text.trim());
  return offset === undefined ? undefined : { is: 'zone' as const, zone: fixedZone(offset, nameOfOffset(offset)) };
}

function zoneQuestion(columns: readonly string[], name: string): Question {
  const about = { about: columns.join(', '), option: 'zone' as const };
  if (/cst/i.test(name))
    return {
      ...about,
      message: `${name} may be that of China (+08:00) or North America (-06:00)`,
      choices: ['+08:00', '-06:00'],
    };
  if (/ist/i.test(name)) {
    const message = `${name} may be that of India (+05:30), Ireland (+01:00) or Israel (+02:00)`;
    return { ...about, message, choices: ['+05:30', '+01:00', '+02:00'] };
  }
  const message = `${name} beside the time is no zone known here: say the offset, such as +08:00, or a place, such as Asia/Shanghai`;
  return { ...about, message, choices: ['+08:00', 'UTC'] };
}

function orderOf(columns: readonly string[], watch: DateWatch, { dates }: ImportOptions) {
  const questions: Question[] = [];
  const found = watch.found();
  if (dates !== undefined || found === undefined) return { order: dates, questions };
  const header = columns.join(' ');
  const { orders, example } = found;
  const said = /\bM{1,2}[/.-]D{1,2}\b|月[/.-]日/i.test(header)
    ? 'mdy'
    : /\bD{1,2}[/.-]M{1,2}\b|日[/.-]月/i.test(header)
      ? 'dmy'
      : undefined;
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
