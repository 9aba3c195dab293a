/** Parses the time of measurement from `time`, `ts` or `age` and rejects implausible ones. */

import { BEIJING_OFFSET_MS } from '../base/beijing-time.ts';
import type { TimeFormat } from '../registry/mapping.ts';
import type { Flag } from '../sensors/flag.ts';
import { silentAfterMs } from '../sensors/silence.ts';
import { type Outcome, refuse } from './json.ts';

/** Earlier times come from clocks without battery, which start in 1970 or 2000. */
export const EARLIEST = Date.UTC(2001, 0, 1);
const MINUTE = 60_000;
/** Clocks synchronised over the network differ by less. */
const SKEW_TOLERATED_MS = 30_000;
const FUTURE_TOLERATED_MS = 10 * MINUTE;
const LATE_MS = 10 * MINUTE;
/** Beijing time marked as UTC is eight hours ahead. */
const LONGEST_AGE_S = 10 * 365 * 86_400;

export interface TimeContext {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly utcOffsetMinutes?: number | undefined;
  /** Older readings are refused: the store would remove them at once. */
  readonly retainMs?: number | undefined;
  readonly format?: TimeFormat | undefined;
  /** `local`: epoch numbers count local time. */
  readonly epoch?: 'utc' | 'local' | undefined;
}

/** Epoch ms; undefined if the device sent neither time nor age. */
export function parseTime(time: unknown, age: unknown, context: TimeContext): Outcome<number | undefined> {
  const measured = isAbsent(time) ? parseAge(age, context.receivedAt) : parseInstant(time, context);
  if (!measured.ok || measured.value === undefined) return measured;
  return believe(measured.value, context, typeof time === 'number' || DIGITS.test(String(time).trim()));
}

const isAbsent = (value: unknown) => value === undefined || value === null;

const invalid = (message: string) => refuse({ code: 'TIME_INVALID', message });

function parseAge(age: unknown, receivedAt: number): Outcome<number | undefined> {
  if (isAbsent(age)) return { ok: true, value: undefined };
  if (typeof age !== 'number' || !(age >= 0 && age <= LONGEST_AGE_S)) {
    return invalid(`age is ${shown(age)} but must be the seconds since the measurement, a number from 0`);
  }
  return { ok: true, value: Math.round(receivedAt - age * 1000) };
}

function parseInstant(time: unknown, context: TimeContext): Outcome<number> {
  const { format = 'auto', utcOffsetMinutes } = context;
  if (typeof time !== 'number' && typeof time !== 'string')
    return invalid(`time is ${shown(time)} but must be epoch milliseconds or RFC 3339`);
  const text = String(time).trim();
  const compact = format === 'auto' || format === 'compact' ? COMPACT.exec(text) : null;
  if (compact !== null) {
    const at = parseParts(compact, utcOffsetMinutes, text);
    if (at.ok || format === 'compact' || typeof time === 'string') return at;
  }
  if (format !== 'iso' && format !== 'compact' && (typeof time === 'number' || DIGITS.test(text)))
    return lookedAt(text, toUtc(parseEpoch(Number(text), format), context));
  return parseDate(text, utcOffsetMinutes, format);
}

const DIGITS = /^-?\d{1,20}(?:\.\d{1,20})?$/;

/** `yyMMddHHmmss` is twelve digits, too, and would be 1978. */
const SHORT_COMPACT = /^2\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/;

function lookedAt(text: string, epoch: number): Outcome<number> {
  if (epoch < EARLIEST && SHORT_COMPACT.test(text))
    return invalid(`time ${shown(text)} looks like yyMMddHHmmss: write the year with four digits, yyyyMMddHHmmss`);
  return { ok: true, value: epoch };
}

/** Ten digits are seconds: as milliseconds they would be in early 1970. */
function parseEpoch(time: number, format: TimeFormat): number {
  const isSeconds = format === 'epoch_s' || (format !== 'epoch_ms' && time >= EARLIEST / 1000 && time < 1e10);
  return Math.round(isSeconds ? time * 1000 : time);
}

function toUtc(epoch: number, context: TimeContext): number {
  const offset = (context.utcOffsetMinutes ?? 0) * MINUTE;
  return context.epoch === 'local' || isLocalEpoch(epoch, context) ? epoch - offset : epoch;
}

/** An epoch ahead by exactly the offset in the mapping counts local time, although the mapping does not say so. */
function isLocalEpoch(epoch: number, { epoch: said, utcOffsetMinutes = 0, receivedAt }: TimeContext): boolean {
  if (said !== undefined || utcOffsetMinutes <= 0) return false;
  return Math.abs(epoch - receivedAt - utcOffsetMinutes * MINUTE) < FUTURE_TOLERATED_MS;
}

/** Whether the offset was subtracted only by plausibility; this would not work for a backlog of the device. */
export function isGuessedLocal(time: unknown, context: TimeContext): boolean {
  const { format = 'auto' } = context;
  const number = typeof time === 'string' && DIGITS.test(time.trim()) ? Number(time) : time;
  return (
    typeof number === 'number' &&
    format !== 'iso' &&
    format !== 'compact' &&
    isLocalEpoch(parseEpoch(number, format), context)
  );
}

/** Year, month and day, hour, minute, second, fraction, offset. */
const DATE =
  /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[Tt _]{1,2}(\d{1,2})[:时](\d{2})(?:[:分](\d{2})(?:[.,](\d{1,9}))?)?[秒分]?\s?(Z|z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)?)?$/;
/** ISO 8601 basic, `20151212T121212Z`. */
const BASIC = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;
/** `yyyyMMddHHmmss`, optionally with milliseconds; this century only, so that it cannot be an epoch. */
const COMPACT = /^(20\d\d)(0[1-9]|1[0-2])([0-3]\d)([0-2]\d)([0-5]\d)([0-5]\d)(\d{3})?$/;

function parseDate(text: string, utcOffsetMinutes: number | undefined, format: TimeFormat): Outcome<number> {
  const parts = format === 'compact' ? null : (DATE.exec(text) ?? BASIC.exec(text));
  if (parts !== null) return parseParts(parts, utcOffsetMinutes, text);
  return invalid(
    `time is ${shown(text)} but must be epoch milliseconds or RFC 3339, e.g. 2026-07-20T05:40:00+08:00 (zone names such as CET are not understood)`,
  );
}

function parseParts(parts: RegExpExecArray, utcOffsetMinutes: number | undefined, text: string): Outcome<number> {
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = parts;
  if (zone === undefined && utcOffsetMinutes === undefined) {
    return invalid(
      `time ${shown(text)} has no offset: write 2026-07-20T05:40:00+08:00, or set utcOffsetMinutes in the device's mapping`,
    );
  }
  const numbers = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = numbers;
  const date = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
  // Date.UTC turns 30 February into March.
  const isReal = date.getUTCMonth() === mo - 1 && date.getUTCDate() === d && h < 24 && mi < 60 && s < 60;
  const offset = zone === undefined ? (utcOffsetMinutes ?? 0) : minutesOf(zone);
  if (!isReal || Math.abs(offset) > 24 * 60) return invalid(`time ${shown(text)} is not a calendar date`);
  return { ok: true, value: date.getTime() + Math.trunc(Number(`0.${fraction || '0'}`) * 1000) - offset * MINUTE };
}

function minutesOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{1,2}):?(\d\d)?$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Whole epoch ms that `parseTime` would accept unchanged; avoids an object per reading. */
export function isBelieved(time: number, { receivedAt, retainMs }: TimeContext): boolean {
  return (
    time >= EARLIEST &&
    time - receivedAt <= FUTURE_TOLERATED_MS &&
    (retainMs === undefined || time >= receivedAt - retainMs)
  );
}

function believe(time: number, { receivedAt, retainMs }: TimeContext, isEpoch: boolean): Outcome<number> {
  if (time < EARLIEST) {
    return refuse({
      code: 'TIME_TOO_OLD',
      message: `time ${format(time)} is before 2001: set the device's clock, or send "age" in seconds instead of "time"`,
    });
  }
  if (retainMs !== undefined && time < receivedAt - retainMs) {
    return refuse({
      code: 'TIME_TOO_OLD',
      message: `time ${format(time)} is older than the ${Math.round(retainMs / 86_400_000)} days that readings are kept here`,
    });
  }
  const ahead = time - receivedAt;
  if (ahead <= FUTURE_TOLERATED_MS) return { ok: true, value: time };
  return refuse({ code: 'TIME_IN_FUTURE', message: `time ${format(time)} is ${futureHint(time, ahead, isEpoch)}` });
}

function futureHint(time: number, aheadMs: number, isEpoch: boolean): string {
  if (Math.abs(aheadMs - BEIJING_OFFSET_MS) < FUTURE_TOLERATED_MS) {
    const what = '8 hours ahead of the server: Beijing time sent as UTC?';
    return isEpoch
      ? `${what} Send UTC epoch milliseconds, or set time.epoch to local and utcOffsetMinutes to 480 in the mapping`
      : `${what} Write the offset +08:00 and not Z, or leave it out and set utcOffsetMinutes to 480 in the mapping`;
  }
  if (time > 1e14) return 'far in the future: microseconds or nanoseconds? Send epoch milliseconds';
  return `${Math.round(aheadMs / MINUTE)} minutes ahead of the server: set the device's clock (NTP), or send "age"`;
}

function format(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 60) ?? String(value);

const NONE: readonly Flag[] = [];
const CLOCK: readonly Flag[] = ['clock'];
const LATE: readonly Flag[] = ['late'];

export interface Stream {
  /** Newest time of measurement that the device has sent so far, epoch ms. */
  readonly newest: number | undefined;
  readonly intervalMs: number;
}

/**
 * Flags of an accepted time. A step back among fresh readings is a clock that was set back; among old ones it is a backlog,
 * which is normal and only `late`.
 */
export function timeFlags(time: number, receivedAt: number, { newest, intervalMs }: Stream): readonly Flag[] {
  if (time - receivedAt > SKEW_TOLERATED_MS) return CLOCK;
  if (receivedAt - time > silentAfterMs(intervalMs, LATE_MS)) return LATE;
  return newest !== undefined && time < newest ? CLOCK : NONE;
}
