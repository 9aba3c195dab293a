/** Formats values, ages and durations in Chinese and English, the same way for the page, alarms and reports. */
import type { Field } from './kind.ts';
import type { Label } from './label.ts';

export type Language = keyof Label;

/** `6.42 mg/L`, `-150 mm`, `开`: rounded to the field's decimals, with its unit. */
export function formatValue(field: Field, value: number, language: Language): string {
  if (!Number.isFinite(value)) return '–';
  const choice = field.choices?.[value];
  if (choice !== undefined) return choice[language];
  return withSymbol({ symbol: symbolOf(field, language) }, formatAmount(field, value));
}

/** The number alone, in the unit in which people read it. */
export function formatAmount({ shown, decimals }: Pick<Field, 'shown' | 'decimals'>, value: number): string {
  return shown === undefined ? formatNumber(value, decimals) : formatNumber(value * shown.factor, shown.decimals);
}

/** That unit. */
export const symbolOf = ({ shown, symbol }: Pick<Field, 'shown' | 'symbol'>, language: Language): string =>
  shown?.symbol[language] ?? symbol;

/** Degrees of an angle and percent follow the number directly, every other unit after a space. */
export function withSymbol({ symbol }: Pick<Field, 'symbol'>, number: string): string {
  if (symbol === '') return number;
  return symbol === '%' || symbol === '°' ? `${number}${symbol}` : `${number} ${symbol}`;
}

/** No digit grouping, and no `-0.0` for a rounded zero. */
export function formatNumber(value: number, decimals: number): string {
  const text = value.toFixed(Math.min(Math.max(decimals, 0), 10));
  return Number(text) === 0 ? text.replace('-', '') : text;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Minutes are shown too, up to this duration. */
const WITH_MINUTES = 10 * HOUR;

/** `12 秒`, `23 分钟`, `1 小时 51 分钟`, `12 小时`, `3 天`: rounded down, so that an age is never overstated. */
export function formatDuration(ms: number, language: Language): string {
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  if (ms >= HOUR && ms < WITH_MINUTES && minutes > 0) {
    const hours = Math.floor(ms / HOUR);
    return language === 'zh' ? `${hours} 小时 ${minutes} 分钟` : `${hours} h ${minutes} min`;
  }
  const [size, zh, en] =
    ms < MINUTE
      ? [SECOND, '秒', 's']
      : ms < HOUR
        ? [MINUTE, '分钟', 'min']
        : ms < 2 * DAY
          ? [HOUR, '小时', 'h']
          : [DAY, '天', 'days'];
  return `${Math.max(0, Math.floor(ms / size))} ${language === 'zh' ? zh : en}`;
}

/** `12 秒前`; a time in the future, from a device whose clock runs fast, is shown as just now. */
export function formatAge(ageMs: number, language: Language): string {
  if (ageMs < SECOND) return language === 'zh' ? '刚刚' : 'just now';
  return language === 'zh' ? `${formatDuration(ageMs, 'zh')}前` : `${formatDuration(ageMs, 'en')} ago`;
}
