/** Times as loggers and spreadsheets write them: with an offset or the name of a zone, or local to a place whose zone must be told. */
import { DaoyuError } from '../base/errors.ts';

/** Minutes east of UTC from `+08:00`, `-05:00`, `Z`. Throws `TIME_ZONE_INVALID`. */
export function parseOffset(text: string): number {
  if (text === 'Z' || text === 'UTC') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) {
    throw new DaoyuError('TIME_ZONE_INVALID', `time zone "${text}" is not an offset; write it as +08:00, -05:00 or Z`);
  }
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Names that mean one offset wherever they are written. CST and IST mean several, so they are refused. */
const ZONES: Readonly<Record<string, number>> = {
  ...{ Z: 0, UTC: 0, GMT: 0, WET: 0, WEST: 60, BST: 60, CET: 60, CEST: 120, EET: 120, EEST: 180, MSK: 180 },
  ...{ HKT: 480, SGT: 480, AWST: 480, JST: 540, KST: 540, AEST: 600, AEDT: 660, NZST: 720, NZDT: 780 },
  ...{ AST: -240, ADT: -180, EST: -300, EDT: -240, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420 },
  ...{ BJT: 480, MEZ: 60, MESZ: 120, AKST: -540, AKDT: -480, HST: -600, ICT: 420, WIB: 420, PKT: 300, NPT: 345 },
};
/** What the ambiguous ones may be; taken where the offset that was told is one of these. */
const AMBIGUOUS: Readonly<Record<string, readonly number[]>> = { CST: [480, -360, -300], IST: [330, 60, 120] };

/** Which of three numbers is the day, the month and the year; `ymd` is in doubt only where the year has two digits. */
export const DATE_ORDERS = ['mdy', 'dmy', 'ymd'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

const BEFORE_NOON = 'A\\.?\\s?M\\.?|上午|凌晨|早上|早晨|午前|오전';
const AFTER_NOON = 'P\\.?\\s?M\\.?|下午|中午|晚上|傍晚|午後|오후';
const HALF = `(?:${BEFORE_NOON}|${AFTER_NOON})`;
const CLOCK = String.raw`(${HALF})?\s*(\d{1,2})(?:[:时時点點](\d{1,2})(?:[:分](\d{1,2})(?:[.,:](\d{1,9}))?)?[秒分]?|[时時点點]整?)\s*(${HALF}|[ap])?`;
const WEEKDAY = '(?:\\s*(?:星期|周|礼拜)[一二三四五六日天])?';
const YEAR_FIRST = String.raw`(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?${WEEKDAY}`;
const NUMBERS = String.raw`(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})`;
const NAMED = String.raw`(\d{1,2})[-/ .]{1,2}([a-zä]{3,9})\.?[-/ ,]{1,2}(\d{4}|\d{2})`;
const NAME_FIRST = String.raw`([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})`;
const GAP = '(?:,?[ T_]+|(?<=[日一二三四五六天]))';
const ZONE = String.raw`\s*(?:\(?((?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|[a-z]{1,5}|[a-z]+/[a-z_]+)\)?)?`;
const dated = (date: string) => new RegExp(`^${date}(?:${GAP}${CLOCK})?${ZONE}$`, 'i');
const [FIRST, LAST, DAY_NAME, NAME_DAY] = [YEAR_FIRST, NUMBERS, NAMED, NAME_FIRST].map(dated) as [
  ...[RegExp, RegExp, RegExp, RegExp],
];
/** `20261127` in a column of dates. */
const COMPACT_DATE = /^(20\d\d)(0[1-9]|1[0-2])([0-3]\d)$/;
/** `20261127080500`, `20261127 0805`, `20261127T080500Z`. */
const COMPACT =
  /^(20\d\d)(0[1-9]|1[0-2])([0-3]\d)[ T_]?([0-2]\d):?([0-5]\d)(?::?([0-5]\d)(?:\.?(\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2}|[A-Za-z]{3,5})?$/;
const CLOCK_ALONE = new RegExp(`^${CLOCK}$`, 'i');
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Of other languages, where they differ in the first three letters. */
const MORE_MONTHS: Readonly<Record<string, number>> = { mär: 3, mai: 5, okt: 10, dez: 12, maj: 5 };

/** `2026-11-27 08:05:00`, `2026/11/27 8:05`: most files have nothing else. */
const USUAL = /^(\d{4}([-/])\d{1,2}\2\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/;

function ofUsual([, day = '', mark = '-', hours, minutes, seconds = '0']: RegExpExecArray): Written | undefined {
  const midnight = written(day.split(mark), []);
  if (midnight === undefined) return undefined;
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  if (hour > 24 || minute > 59 || second > 59 || (hour === 24 && minute + second > 0)) return undefined;
  return { wall: midnight.wall + ((hour * 60 + minute) * 60 + second) * 1000, hasClock: true };
}

/** What is written, before anything is known of its zone. */
export interface Written {
  /** The clock on the wall as if it were UTC, epoch ms. */
  readonly wall: number;
  readonly hasClock: boolean;
  /** `+08:00`, `EDT`; absent: it does not say. */
  readonly zone?: string;
}

/** Undefined: no date of the calendar, or day and month cannot be told apart. */
export function parseWritten(text: string, order?: DateOrder): Written | undefined {
  const usual = USUAL.exec(text);
  if (usual !== null) return ofUsual(usual);
  const clean = plain(text);
  const first = FIRST.exec(clean);
  if (first !== null) return written([first[1], first[2], first[3]], first.slice(4));
  const compact = COMPACT.exec(clean);
  if (compact !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = compact;
    return written([year, month, day], [undefined, hour, minute, second, fraction, undefined, zone]);
  }
  const date = COMPACT_DATE.exec(clean);
  if (date !== null) return written(date.slice(1), []);
  const last = LAST.exec(clean);
  if (last !== null) {
    const known = dateOrderOf(clean) ?? order;
    return known === undefined ? undefined : written(sorted(known, last[1], last[3], last[4]), last.slice(5));
  }
  const day = DAY_NAME.exec(clean);
  if (day !== null) return written([day[3], monthNamed(day[2]), day[1]], day.slice(4));
  const name = NAME_DAY.exec(clean);
  return name === null ? undefined : written([name[3], monthNamed(name[1]), name[2]], name.slice(4));
}

/** Full-width digits and colons, and the name of a weekday in front. */
function plain(text: string): string {
  const trimmed = text.trim();
  const folded = /[\u0080-\uffff]/.test(trimmed) ? trimmed.normalize('NFKC') : trimmed;
  return (
    folded
      .replace(/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+(?=[A-Za-z0-9])/i, '')
      // Java: Nov 27 08:00:00 CST 2026
      .replace(/^([A-Z][a-z]{2}) (\d{1,2}) (\d{2}:\d{2}:\d{2})(?: (\S{1,9}))? (\d{4})$/, '$1 $2, $5 $3 $4')
      // Java: 2026-11-27T08:05+08:00[Asia/Shanghai], where the offset says it all
      .replace(/(?<=[Z\d])\[[\w/+-]+\]$/, '')
      .trim()
  );
}

function sorted(order: DateOrder, one = '', two = '', three = ''): readonly string[] {
  if (order === 'ymd') return three.length === 2 ? [one, two, three] : [];
  return order === 'mdy' ? [three, one, two] : [three, two, one];
}

function monthNamed(name = ''): string | undefined {
  const short = name.slice(0, 3).toLowerCase();
  const index = MONTHS.indexOf(short);
  const month = index < 0 ? MORE_MONTHS[short] : index + 1;
  return month === undefined ? undefined : String(month);
}

function written(date: readonly (string | undefined)[], clock: readonly (string | undefined)[]): Written | undefined {
  const [year = '', month, day] = date;
  const [before, hours, minutes = '0', seconds = '0', fraction = '0', after, zone] = clock;
  const hour = hours === undefined ? 0 : hourOf(Number(hours), before ?? after);
  if (hour === undefined || month === undefined || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const full = Number(year.length === 2 ? `20${year}` : year);
  const midnight = new Date(Date.UTC(full, Number(month) - 1, Number(day)));
  // Date.UTC rolls 30 February over into March.
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(day)) return undefined;
  const ms = Math.trunc(Number(`0.${fraction}`) * 1000);
  // The end of a day: some write it as 24:00.
  if (hour === 24 && Number(minutes) + Number(seconds) + ms > 0) return undefined;
  const wall = midnight.getTime() + ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + ms;
  return { wall, hasClock: hours !== undefined, ...(zone !== undefined && { zone }) };
}

const AFTER = new RegExp(`^(?:${AFTER_NOON}|p)$`, 'i');

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour <= 24 ? hour : undefined;
  const isAfter = AFTER.test(half);
  // 下午 13:10 says it twice; 凌晨 0:30 is before one.
  if (hour > 12 || hour === 0) return isAfter === hour > 12 && hour < 24 ? hour : undefined;
  return (hour % 12) + (isAfter ? 12 : 0);
}

/** Minutes east of UTC that a text says; `given`: what else is known, by which CST is told apart. */
export function zoneOffset(zone: string, given?: number): number | undefined {
  const [, sign, hours, minutes = '0'] = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/i.exec(zone) ?? [];
  if (hours !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const name = zone.toUpperCase();
  return ZONES[name] ?? (given !== undefined && AMBIGUOUS[name]?.includes(given) ? given : undefined);
}

export const isZoneName = (text: string): boolean =>
  zoneOffset(text) !== undefined || AMBIGUOUS[text.toUpperCase()] !== undefined;

export const isAmbiguousZone = (text: string): boolean => AMBIGUOUS[text.toUpperCase()] !== undefined;

export const isDateOnly = (text: string): boolean => isWritten(text, false);
export const isCompactDate = (text: string): boolean => COMPACT_DATE.test(text);
export const isTimeOnly = (text: string): boolean => CLOCK_ALONE.test(plain(text));

/** `805`, `0805`, `80500` of a column of clocks, where spreadsheets drop the zero in front; `8` of a column of hours. Undefined: none of these. */
export function clockOfDigits(text: string, isHour: boolean): string | undefined {
  if (!/^\d{1,6}$/.test(text) || (text.length < 3 && !isHour)) return undefined;
  if (text.length < 3) return Number(text) > 24 ? undefined : `${text}:00`;
  const [, hour = '', minute = '', second] =
    /^(\d\d)(\d\d)(\d\d)?$/.exec(text.padStart(text.length > 4 ? 6 : 4, '0')) ?? [];
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
  return second === undefined ? `${hour}:${minute}` : `${hour}:${minute}:${second}`;
}
/** Whatever the order of its date. */
export const looksLikeTime = (text: string): boolean => isWritten(text, true);

function isWritten(text: string, hasClock: boolean): boolean {
  // A measurement is looked at no further.
  if (text.length < 6 || text.length > 60) return false;
  return DATE_ORDERS.some((order) => parseWritten(text, order)?.hasClock === hasClock);
}

/** What a date with its year last says of the order: a number above 12 is a day, points are European. */
export function dateOrderOf(text: string): DateOrder | undefined {
  const [, first, mark, second, third] = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})/.exec(text.trim()) ?? [];
  if (first === undefined || second === undefined || third === undefined) return undefined;
  if (mark === '.') return 'dmy';
  // 26/11/27: the year may stand first.
  if (third.length === 2 && Number(first) > 12) return undefined;
  if (Number(first) > 12) return 'dmy';
  return Number(second) > 12 ? 'mdy' : undefined;
}

/** The orders in which a date with its numbers in doubt is one of the calendar; undefined: nothing is in doubt. */
export function possibleOrders(text: string): readonly DateOrder[] | undefined {
  const clean = plain(text);
  if (FIRST.test(clean) || COMPACT.test(clean) || !LAST.test(clean)) return undefined;
  const known = dateOrderOf(clean);
  return (known === undefined ? DATE_ORDERS : [known]).filter((order) => parseWritten(clean, order) !== undefined);
}

/**
 * Epoch ms of `2009-07-23 00:00:00`, `2026/11/27 8:05`, `11/27/26 01:10:00 PM`, `27.11.2026 08:00`, `…+08:00`, `… EDT`. A text's own offset or zone
 * wins over the given one; undefined when it is no time, when its zone is not known, or when day and month cannot be told apart.
 */
export function parseLocalTime(text: string, offsetMinutes: number, order?: DateOrder): number | undefined {
  const found = parseWritten(text, order);
  // A date without a clock is no time of a measurement.
  if (found?.hasClock !== true) return undefined;
  const offset = found.zone === undefined ? offsetMinutes : zoneOffset(found.zone, offsetMinutes);
  return offset === undefined ? undefined : found.wall - offset * 60_000;
}

/** The offset that a header names: `Date Time, GMT+08:00`, `Time (EST)`, `time_utc`, `北京时间`. */
export function offsetInHeader(header: string): number | undefined {
  if (/北京时间|东八区|中国标准时间|Beijing (?:standard )?time|China standard time/i.test(header)) return 480;
  const [, zone] =
    /(?<![A-Za-z])((?:GMT|UTC)(?:\s?[+-]\d{1,2}(?::?\d{2})?)?)(?![A-Za-z0-9:])/i.exec(header) ??
    /[([,（]\s*([+-]\d{2}:?\d{2}|[A-Z]{3,4})\s*[)\]）]?\s*$/.exec(header) ??
    [];
  return zone === undefined ? undefined : zoneOffset(zone.replace(/\s/g, ''));
}
