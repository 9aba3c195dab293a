/** Times as loggers write them: with an offset or the name of a zone, or local to a place whose zone must be told. */
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
};
/** What the ambiguous ones may be; taken where the offset that was told is one of these. */
const AMBIGUOUS: Readonly<Record<string, readonly number[]>> = { CST: [480, -360, -300], IST: [330, 60, 120] };

/** Which of two numbers before a year is the month. */
export type DateOrder = 'mdy' | 'dmy';

const CLOCK = String.raw`(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:[.,](\d{1,9}))?)?秒?\s*([AaPp]\.?[Mm]\.?|上午|下午)?`;
const YEAR_FIRST = String.raw`(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?`;
const YEAR_LAST = String.raw`(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})`;
const ZONE = String.raw`\s*(?:\(?((?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{1,5})\)?)?`;
const FIRST = new RegExp(`^${YEAR_FIRST}(?:[ T]+${CLOCK})?${ZONE}$`);
const LAST = new RegExp(`^${YEAR_LAST}[ T]+${CLOCK}${ZONE}$`);
const LAST_ALONE = new RegExp(`^${YEAR_LAST}$`);
const FIRST_ALONE = new RegExp(`^${YEAR_FIRST}$`);
const CLOCK_ALONE = new RegExp(`^${CLOCK}$`);

export const isDateOnly = (text: string): boolean => LAST_ALONE.test(text.trim()) || FIRST_ALONE.test(text.trim());
export const isTimeOnly = (text: string): boolean => CLOCK_ALONE.test(text.trim());
/** Whatever the order of its date. */
export const looksLikeTime = (text: string): boolean =>
  ['mdy', 'dmy'].some((order) => parseLocalTime(text.trim(), 0, order as DateOrder) !== undefined);

/** What a date with its year last says of the order: a number above 12 is a day, points are European. */
export function dateOrderOf(text: string): DateOrder | undefined {
  const [, first, mark, second] = /^(\d{1,2})([-/.])(\d{1,2})\2/.exec(text.trim()) ?? [];
  if (first === undefined || second === undefined) return undefined;
  if (mark === '.' || Number(first) > 12) return 'dmy';
  return Number(second) > 12 ? 'mdy' : undefined;
}

/**
 * Epoch ms of `2009-07-23 00:00:00`, `2026/11/27 8:05`, `11/27/26 01:10:00 PM`, `27.11.2026 08:00`, `…+08:00`, `… EDT`. A text's own offset or zone
 * wins over the given one; undefined when it is no time, when its zone is not known, or when day and month cannot be told apart.
 */
export function parseLocalTime(text: string, offsetMinutes: number, order?: DateOrder): number | undefined {
  const trimmed = text.trim();
  const first = FIRST.exec(trimmed);
  if (first !== null) {
    const [, year, month, day, ...clock] = first;
    // A date without a clock is no time of a measurement.
    return clock[0] === undefined ? undefined : instant([year, month, day], clock, offsetMinutes);
  }
  const last = LAST.exec(trimmed);
  if (last === null) return undefined;
  const [, one, , other, year = '', ...clock] = last;
  const known = dateOrderOf(trimmed) ?? order;
  if (known === undefined) return undefined;
  const [month, day] = known === 'mdy' ? [one, other] : [other, one];
  return instant([year.length === 2 ? `20${year}` : year, month, day], clock, offsetMinutes);
}

function instant(date: readonly (string | undefined)[], clock: readonly (string | undefined)[], offsetMinutes: number) {
  const [year = 0, month = 0, day = 0] = date.map(Number);
  const [hours = '', minutes = '', seconds = '0', fraction = '0', half, zone] = clock;
  const offset = zone === undefined ? offsetMinutes : zoneOffset(zone, offsetMinutes);
  const hour = hourOf(Number(hours), half);
  if (offset === undefined || hour === undefined) return undefined;
  const at = new Date(Date.UTC(year, month - 1, day, hour, Number(minutes), Number(seconds)));
  const isReal =
    at.getUTCMonth() === month - 1 && at.getUTCDate() === day && Number(minutes) < 60 && Number(seconds) < 60;
  return isReal ? at.getTime() + Math.trunc(Number(`0.${fraction}`) * 1000) - offset * 60_000 : undefined;
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour < 24 ? hour : undefined;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (/^p|下午/i.test(half) ? 12 : 0);
}

function zoneOffset(zone: string, given: number): number | undefined {
  const [, sign, hours, minutes = '0'] = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  if (hours !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const name = zone.toUpperCase();
  return ZONES[name] ?? (AMBIGUOUS[name]?.includes(given) ? given : undefined);
}

/** The offset that a header names: `Date Time, GMT+08:00`. */
export function offsetInHeader(header: string): number | undefined {
  const [, zone] = /\b((?:GMT|UTC)(?:[+-]\d{1,2}:?\d{2})?)\b/.exec(header) ?? [];
  return zone === undefined ? undefined : zoneOffset(zone, 0);
}
