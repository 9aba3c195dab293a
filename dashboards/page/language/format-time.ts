/** Formats times in Beijing time, whatever the reader's own clock is set to. */
import { beijingDate, clockOf } from '../../../base/beijing-time.ts';
import type { Language } from '../../../sensors/format.ts';

const two = (value: number) => String(value).padStart(2, '0');

export const formatClock = clockOf;

export function formatSeconds(time: number): string {
  return `${formatClock(time)}:${two(beijingDate(time).getUTCSeconds())}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export function formatDay(time: number, language: Language): string {
  const at = beijingDate(time);
  return language === 'zh'
    ? `${at.getUTCMonth() + 1}月${at.getUTCDate()}日`
    : `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}

export const formatMoment = (time: number, language: Language) => `${formatDay(time, language)} ${formatClock(time)}`;
