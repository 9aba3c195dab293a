/** What will be too low before the morning, told in the evening while something can be done: for fields that fall by night. */
import { formatNumber, formatValue, type Language } from '../sensors/format.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import type { Band, Profile } from '../sensors/profile.ts';
import { silentAfterMs } from '../sensors/silence.ts';
import { UNKNOWN } from './fold.ts';
import type { Rule } from './rule.ts';

const MINUTE = 60_000;
/** The half-hours behind it change slowly: two of them must say so. */
const HOLD_MS = 30 * MINUTE;
const CLEAR_MS = 60 * MINUTE;
/** Clear of the limit by so much, as a share of it. */
const CLEAR_SHARE = 0.1;

export function forecastRules(profile: Profile, kind: Kind, intervalMs: number): readonly Rule[] {
  return (kind.fallsByNight ?? []).flatMap((name) => {
    const field = kind.fields.find((each) => each.name === name);
    const band = profile.bands.find((each) => each.field === name && each.criticalBelow !== undefined);
    if (field === undefined || band?.criticalBelow === undefined) return [];
    return [forecastRule(field, band, band.criticalBelow, profile, kind, intervalMs)];
  });
}

function forecastRule(field: Field, band: Band, limit: number, profile: Profile, kind: Kind, intervalMs: number): Rule {
  const bound = formatNumber(limit, Math.min(1, field.decimals));
  const shown = (value: number | undefined, language: Language) =>
    value === undefined ? '' : ` ${formatValue(field, value, language)}`;
  return {
    id: `${field.name}_low_by_dawn`,
    class: 'process',
    isForecast: true,
    field: field.name,
    holds: {
      warning: HOLD_MS - 0.1 * intervalMs,
      critical: Number.POSITIVE_INFINITY,
      clear: CLEAR_MS - 0.1 * intervalMs,
      maxGap: silentAfterMs(intervalMs),
    },
    codeOf(measured) {
      const value = measured.value(field.name);
      if (value === undefined && !measured.hasSent(field.name)) return undefined;
      const low = measured.expectedLow(field.name);
      if (low === 'day') return 0;
      if (low === undefined || value === undefined) return UNKNOWN;
      // It is there already: that is an alarm of its own.
      if (value < limit) return 0;
      if (low < limit) return 2;
      return low < limit * (1 + CLEAR_SHARE) ? 1 : 0;
    },
    text: (_, value) => ({
      zh: `${field.label.zh}${shown(value, 'zh')}，若像昨夜那样下降，天亮前将低于 ${bound}（${profile.label.zh}）`,
      en: `${field.label.en}${shown(value, 'en')}: falling as it did last night, it is below ${bound} before the morning (${profile.label.en})`,
    }),
    action: kind.advice?.[`${field.name}_low_by_dawn`] ?? {
      zh: '趁现在准备：检查设备，夜间加密巡查',
      en: 'Prepare now: check the equipment, look more often tonight',
    },
    profile: { name: profile.name, version: profile.version },
    source: `${band.source}; the fall of last night from this time of day on`,
  };
}
