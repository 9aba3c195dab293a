/** Times as loggers write them: with an offset, or local to a place whose zone must be told. */
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

/** Epoch ms of `2009-07-23 00:00:00`, `2021-06-25T15:48:59.5 CET`, `…+08:00`; a text's own offset wins over the given one, a zone's name does not. Undefined when it is no time. */
export function parseLocalTime(text: string, offsetMinutes: number): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2}|[A-Z]{2,5})?$/.exec(
    text.trim(),
  );
  if (match === null) return undefined;
  const [, date, time, zone] = match;
  const offset = zone !== undefined && /^[Z+-]/.test(zone) ? parseOffset(zone) : offsetMinutes;
  const utc = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(utc) ? undefined : utc - offset * 60_000;
}
