/** Windows of time on the calendar of `Asia/Shanghai`: UTC+8 without daylight saving since 1992. Weeks begin on Monday. */
import { BEIJING_OFFSET_MS } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import type { Every } from './store.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
/** 1970-01-05, the first Monday of the epoch. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

/** `10s`, `5m`, `1h`, `1d`, `1w`, `1mo`. Throws `EVERY_INVALID`, saying what would be right. */
export function parseEvery(text: string): Every {
  const [, digits, unit] = /^([1-9]\d{0,5})(s|m|h|d|w|mo)$/.exec(text) ?? [];
  const count = Number(digits);
  if (unit === 'd') return { count, unit: 'day' };
  if (unit === 'w' && count === 1) return { count, unit: 'week' };
  if (unit === 'mo' && 12 % count === 0) return { count, unit: 'month' };
  const unitMs = UNIT_MS[unit ?? ''];
  // A window that does not divide the day would begin at another time each day.
  if (unitMs !== undefined && DAY_MS % (count * unitMs) === 0) return { count: count * unitMs, unit: 'ms' };
  throw new DaoyuError(
    'EVERY_INVALID',
    `every "${text}" must divide the day, such as 10s, 1m, 5m, 1h, 6h, or be days (1d), 1w or months (1mo, 3mo)`,
  );
}

export function formatEvery({ count, unit }: Every): string {
  if (unit === 'day') return `${count}d`;
  if (unit === 'week') return `${count}w`;
  if (unit === 'month') return `${count}mo`;
  if (count % HOUR_MS === 0) return `${count / HOUR_MS}h`;
  return count % 60_000 === 0 ? `${count / 60_000}m` : `${count / 1000}s`;
}

/** Length in ms; for months the shortest, so that a count of windows is never too small. */
export function shortestMs({ count, unit }: Every): number {
  if (unit === 'day') return count * DAY_MS;
  if (unit === 'week') return 7 * DAY_MS;
  return unit === 'month' ? count * 28 * DAY_MS : count;
}

/** Epoch ms of the start of the window that contains an instant. */
export function windowStart(time: number, { count, unit }: Every): number {
  const local = time + BEIJING_OFFSET_MS;
  if (unit === 'ms') return Math.floor(local / count) * count - BEIJING_OFFSET_MS;
  if (unit === 'day') return Math.floor(local / (count * DAY_MS)) * count * DAY_MS - BEIJING_OFFSET_MS;
  if (unit === 'week') {
    const week = 7 * DAY_MS;
    return Math.floor((local - FIRST_MONDAY_MS) / week) * week + FIRST_MONDAY_MS - BEIJING_OFFSET_MS;
  }
  const date = new Date(local);
  const month = Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / count) * count;
  return Date.UTC(Math.floor(month / 12), month % 12) - BEIJING_OFFSET_MS;
}

/** Epoch ms of the end, exclusive, of the window with this start. */
export function windowEnd(start: number, every: Every): number {
  if (every.unit === 'month') return windowStart(start + (every.count * 31 + 1) * DAY_MS, every);
  return start + shortestMs(every);
}

/** `windowStart` as an SQL expression over an epoch-ms column (BIGINT in, BIGINT out; DuckDB). */
export function windowStartSql(column: string, { count, unit }: Every): string {
  const local = `(${column} + ${BEIJING_OFFSET_MS})`;
  const floorTo = (lengthMs: number, shiftMs = 0) =>
    `(((${local} - ${shiftMs}) // ${lengthMs}) * ${lengthMs} + ${shiftMs} - ${BEIJING_OFFSET_MS})`;
  if (unit === 'ms') return floorTo(count);
  if (unit === 'day') return floorTo(count * DAY_MS);
  if (unit === 'week') return floorTo(7 * DAY_MS, FIRST_MONDAY_MS);
  const moment = `make_timestamp(${local} * 1000)`;
  const month = `((date_part('year', ${moment}) * 12 + date_part('month', ${moment}) - 1) // ${count} * ${count})`;
  return `(epoch_ms(make_timestamp(${month} // 12, ${month} % 12 + 1, 1, 0, 0, 0.0)) - ${BEIJING_OFFSET_MS})`;
}

/** The finest usual window that divides the range into no more than so many windows. */
export function coarserEvery(rangeMs: number, maxWindows: number): string {
  const ladder = ['10s', '30s', '1m', '5m', '10m', '30m', '1h', '3h', '6h', '12h', '1d', '1w', '1mo'];
  return ladder.find((text) => rangeMs / shortestMs(parseEvery(text)) <= maxWindows) ?? '1mo';
}
