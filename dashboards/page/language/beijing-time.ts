/** Formats times in Beijing time, whatever the reader's own clock is set to. */
import type { Language } from '../../../sensors/format.ts';

const OFFSET_MS = 8 * 3_600_000;
const two = (value: number) => String(value).padStart(2, '0');
const local = (time: number) => new Date(time + OFFSET_MS);

export function formatClock(time: number): string {
  const at = local(time);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

export function formatSeconds(time: number): string {
  return `${formatClock(time)}:${two(local(time).getUTCSeconds())}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export function formatDay(time: number, language: Language): string {
  const at = local(time);
  return language === 'zh'
    ? `${at.getUTCMonth() + 1}月${at.getUTCDate()}日`
    : `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}

export const formatMoment = (time: number, language: Language) => `${formatDay(time, language)} ${formatClock(time)}`;

/** Midnight in Beijing of the day that holds the time. */
export const dayStart = (time: number) => Math.floor((time + OFFSET_MS) / 86_400_000) * 86_400_000 - OFFSET_MS;
