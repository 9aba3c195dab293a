/** Values and ages as people read them, in either language. */
import type { Field } from './kind.ts';

export type Language = 'zh' | 'en';

/** `6.42 mg/L`, `开`, `—` for a value that is not there. */
export function formatValue(field: Field, value: number | undefined, language: Language): string {
  if (value === undefined || !Number.isFinite(value)) return '—';
  const choice = field.choices?.[value];
  if (choice !== undefined) return choice[language];
  const number = value.toFixed(field.decimals);
  if (field.symbol === '') return number;
  return field.symbol === '°' ? `${number}°` : `${number} ${field.symbol}`;
}

const STEPS: readonly (readonly [ms: number, zh: string, en: string])[] = [
  [86_400_000, '天', 'd'],
  [3_600_000, '小时', 'h'],
  [60_000, '分钟', 'min'],
  [1000, '秒', 's'],
];

/** `23 分钟`, `23 min`: one unit, rounded down. */
export function formatDuration(ms: number, language: Language): string {
  const [unitMs, zh, en] = STEPS.find(([length]) => ms >= length) ?? [1000, '秒', 's'];
  const count = Math.floor(Math.max(0, ms) / unitMs);
  return `${count} ${language === 'zh' ? zh : en}`;
}

/** `12 秒前`, `12 s ago`; a time ahead of ours is said to be so. */
export function formatAge(ageMs: number, language: Language): string {
  if (ageMs < -1000)
    return language === 'zh' ? `超前 ${formatDuration(-ageMs, language)}` : `${formatDuration(-ageMs, language)} ahead`;
  return language === 'zh' ? `${formatDuration(ageMs, language)}前` : `${formatDuration(ageMs, language)} ago`;
}
