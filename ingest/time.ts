/** When a reading was measured: what devices write into `time`, `ts` or `age`, and whether it can be believed. */
import type { Flag } from '../sensors/flag.ts';
import { type Outcome, refuse } from './json.ts';

/** No device of ours ran before; a clock that lost its battery says 1970 or 2000. */
export const EARLIEST = Date.UTC(2001, 0, 1);
const MINUTE = 60_000;
/** Clocks of network time differ by less. */
const SKEW_TOLERATED_MS = 30_000;
const FUTURE_TOLERATED_MS = 10 * MINUTE;
const LATE_MS = 10 * MINUTE;
/** Beijing time sent as UTC is eight hours ahead. */
const BEIJING_OFFSET_MS = 480 * MINUTE;
const LONGEST_AGE_S = 10 * 365 * 86_400;

export interface TimeContext {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly utcOffsetMinutes?: number | undefined;
  /** Readings older than this are refused, because the store would forget them at once. */
  readonly retainMs?: number | undefined;
}

/** Epoch ms; undefined when the device sent neither time nor age. */
export function parseTime(time: unknown, age: unknown, context: TimeContext): Outcome<number | undefined> {
  const measured = isAbsent(time) ? parseAge(age, context.receivedAt) : parseInstant(time, context.utcOffsetMinutes);
  if (!measured.ok || measured.value === undefined) return measured;
  return believe(measured.value, context);
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

function parseInstant(time: unknown, utcOffsetMinutes: number | undefined): Outcome<number> {
  if (typeof time === 'number') return parseEpoch(time);
  if (typeof time !== 'string') return invalid(`time is ${shown(time)} but must be epoch milliseconds or RFC 3339`);
  const text = time.trim();
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return parseEpoch(Number(text));
  return parseDate(text, utcOffsetMinutes);
}

/** Ten digits are seconds: as milliseconds they would lie in the first months of 1970, where nothing was measured. */
function parseEpoch(time: number): Outcome<number> {
  const isSeconds = time >= EARLIEST / 1000 && time < 1e10;
  return { ok: true, value: Math.round(isSeconds ? time * 1000 : time) };
}

const DATE = /^(\d{4}-\d\d-\d\d)[Tt _](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s*(Z|z|[+-]\d\d:?\d\d)?$/;

function parseDate(text: string, utcOffsetMinutes: number | undefined): Outcome<number> {
  const [, day, clock, offset] = DATE.exec(text) ?? [];
  if (day === undefined || clock === undefined) {
    return invalid(
      `time is ${shown(text)} but must be epoch milliseconds or RFC 3339, e.g. 2026-07-20T05:40:00+08:00 (zone names such as CET are not understood)`,
    );
  }
  if (offset === undefined && utcOffsetMinutes === undefined) {
    return invalid(
      `time ${shown(text)} has no offset: write 2026-07-20T05:40:00+08:00, or set utcOffsetMinutes in the device's mapping`,
    );
  }
  const zone = offset === undefined ? '' : offset.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const parsed = Date.parse(`${day}T${clock}${zone === '' ? 'Z' : zone}`);
  // Date.parse rolls 30 February over into March.
  const isRealDay = new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) ?? false;
  if (Number.isNaN(parsed) || !isRealDay) return invalid(`time ${shown(text)} is no date of the calendar`);
  return { ok: true, value: zone === '' ? parsed - (utcOffsetMinutes ?? 0) * MINUTE : parsed };
}

function believe(time: number, { receivedAt, retainMs }: TimeContext): Outcome<number> {
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
  return refuse({ code: 'TIME_IN_FUTURE', message: `time ${format(time)} is ${futureHint(time, ahead)}` });
}

function futureHint(time: number, aheadMs: number): string {
  if (Math.abs(aheadMs - BEIJING_OFFSET_MS) < FUTURE_TOLERATED_MS) {
    return '8 hours ahead of the server: Beijing time sent as UTC? Add the offset +08:00 or send epoch milliseconds of UTC';
  }
  if (time > 1e14) return 'far in the future: microseconds or nanoseconds? Send epoch milliseconds';
  return `${Math.round(aheadMs / MINUTE)} minutes ahead of the server: set the device's clock (NTP), or send "age"`;
}

function format(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 60) ?? String(value);

export interface Stream {
  /** Newest measured time that this device sent before, epoch ms. */
  readonly newest: number | undefined;
  readonly intervalMs: number;
}

/**
 * What is doubtful about a believed time. A step back among fresh readings is a clock set back; among old ones it is a backlog being sent,
 * which is normal and only `late`.
 */
export function timeFlags(time: number, receivedAt: number, { newest, intervalMs }: Stream): readonly Flag[] {
  if (time - receivedAt > SKEW_TOLERATED_MS) return ['clock'];
  if (receivedAt - time > Math.max(LATE_MS, 3 * intervalMs)) return ['late'];
  return newest !== undefined && time < newest ? ['clock'] : [];
}
