/** Times in queries: RFC 3339 with an offset, epoch ms, `now`, or relative to now (`-24h`). */
import { isDay } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i;

const MAX_RANGE_MS = 100 * 366 * 86_400_000;

/** Throws `TIME_INVALID`, saying what would be right. */
export function parseTime(name: string, text: string, now: number): number {
  if (text === 'now') return now;
  const [, sign, count, unit] = /^([+-])(\d{1,6})(s|m|h|d|w)$/.exec(text) ?? [];
  if (count !== undefined) return now + (sign === '-' ? -1 : 1) * Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  if (/^\d{12,13}$/.test(text)) return Number(text);
  // An unescaped "+" arrives as a space.
  const repaired = text.replace(/ (\d{2}:\d{2})$/, '+$1');
  const time = RFC_3339.test(repaired) && isDay(repaired.slice(0, 10)) ? Date.parse(repaired) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new DaoyuError(
      'TIME_INVALID',
      `${name}="${text}" must be RFC 3339 with an offset (2026-07-20T05:40:00+08:00), epoch milliseconds, "now", or relative such as -24h, -30d`,
    );
  }
  return time;
}

/** Throws `TIME_INVALID` when the range is empty or absurd. */
export function parseRange(from: string, to: string, now: number): { readonly from: number; readonly to: number } {
  const range = { from: parseTime('from', from, now), to: parseTime('to', to, now) };
  if (range.from >= range.to) throw new DaoyuError('TIME_INVALID', `from (${from}) must lie before to (${to})`);
  if (range.to - range.from > MAX_RANGE_MS) {
    throw new DaoyuError('TIME_INVALID', `from (${from}) and to (${to}) lie more than 100 years apart`);
  }
  return range;
}
