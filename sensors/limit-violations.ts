/** Reports a value outside the bands of its site's profile or, without a profile, outside the normal range of its kind. */

import { formatAmount, formatNumber, formatValue } from './format.ts';
import type { HealthState, Reason } from './health.ts';
import type { Field, Kind } from './kind.ts';
import type { Band, Profile } from './profile.ts';

interface Measured {
  readonly field: Field;
  readonly value: number;
  /** All newest values, for bands that count only while something is on. */
  readonly values: Readonly<Record<string, number>>;
  readonly kind: Kind;
  readonly profile?: Profile | undefined;
}

/** At most one reason a band. */
export function limitViolationsOf(measured: Measured): Reason[] {
  const { field, values, kind, profile } = measured;
  if (profile?.kinds.includes(kind.name)) {
    return profile.bands
      .filter((band) => band.field === field.name)
      .filter(({ onlyWhile }) => onlyWhile === undefined || values[onlyWhile] === 1)
      .flatMap((band) => violationsOf(measured, band, profile.label));
  }
  // A drone's normal ranges are those of flight: on the ground nearly all values lie outside.
  if (field.normal === undefined || kind.isIntermittent) return [];
  // Position and heading of a vehicle are no matter of health.
  if (field.unit === 'deg') return [];
  const [warnBelow, warnAbove] = field.normal;
  return violationsOf(measured, { warnBelow, warnAbove }, { zh: '正常范围', en: 'normal range' });
}

type Limits = Pick<Band, 'warnBelow' | 'warnAbove' | 'criticalBelow' | 'criticalAbove'>;

function violationsOf({ field, value }: Measured, limits: Limits, whose: { zh: string; en: string }): Reason[] {
  const { warnBelow, warnAbove, criticalBelow, criticalAbove } = limits;
  const found = (state: HealthState, code: 'low' | 'high', limit: number): Reason[] => {
    const shown = (language: 'zh' | 'en') => formatValue(withEnoughDigits(field, value, limit), value, language);
    const bound = field.shown ? formatAmount(field, limit) : formatNumber(limit, digitsOf(field, limit));
    const zh = `${field.label.zh} ${shown('zh')}，${code === 'low' ? '低于' : '高于'} ${bound}（${whose.zh}）`;
    const en = `${field.label.en} ${shown('en')}, ${code === 'low' ? 'below' : 'above'} ${bound} (${whose.en})`;
    return [{ field: field.name, code, state, label: { zh, en } }];
  };
  if (criticalBelow !== undefined && value < criticalBelow) return found('critical', 'low', criticalBelow);
  if (criticalAbove !== undefined && value > criticalAbove) return found('critical', 'high', criticalAbove);
  if (warnBelow !== undefined && value < warnBelow) return found('warning', 'low', warnBelow);
  if (warnAbove !== undefined && value > warnAbove) return found('warning', 'high', warnAbove);
  return [];
}

/** As many digits as the limit has, at least one if the field has any: `3.0`, `0.02`. */
function digitsOf({ decimals }: Field, limit: number): number {
  const own = String(limit).split('.')[1]?.length ?? 0;
  return Math.max(own, Math.min(1, decimals));
}

/** With more digits if rounding would give "3.00, below 3.0" for 2.996. */
function withEnoughDigits(field: Field, value: number, limit: number): Field {
  let { decimals } = field;
  if (field.shown !== undefined) return field;
  while (decimals < 6 && Number(value.toFixed(decimals)) === limit) decimals++;
  return decimals === field.decimals ? field : { ...field, decimals };
}
