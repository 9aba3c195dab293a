/** The rules of a threshold profile: one per field and side, with the profile's hold times, dead band and clearing time. */

import { isDoubtful } from '../sensors/flag.ts';
import { formatNumber, formatValue, type Language } from '../sensors/format.ts';
import type { Field, Kind } from '../sensors/kind.ts';
import type { Band, Profile } from '../sensors/profile.ts';
import { silentAfterMs } from '../sensors/silence.ts';
import type { Severity } from './alarm.ts';
import type { Bounds } from './envelope.ts';
import { type Code, UNKNOWN } from './fold.ts';
import type { Measured, Rule } from './rule.ts';

const MINUTE = 60_000;
/** Minutes to clear, unless the band sets them. */
const CLEAR_MINUTES = 15;
/** Devices report a little early or late: tolerance for the reading that completes a hold. */
const JITTER = 0.1;

type Side = 'low' | 'high';

export function bandRules(profile: Profile, kind: Kind, intervalMs: number): readonly Rule[] {
  const ids = new Set<string>();
  return profile.bands.flatMap((band) => {
    const field = kind.fields.find(({ name }) => name === band.field);
    if (field === undefined) return [];
    return (['low', 'high'] as const).flatMap((side) => {
      const limits = limitsOf(band, side, field);
      if (limits === undefined) return [];
      const name = `${band.field}_${side}${band.onlyWhile === undefined ? '' : `_while_${band.onlyWhile}`}`;
      const id = ids.has(name) ? `${name}_${ids.size}` : name;
      ids.add(id);
      return [bandRule({ id, band, field, side, limits, profile, kind, intervalMs })];
    });
  });
}

/** For low limits the sign is reversed, so that a larger value is always worse. */
interface Limits {
  readonly warn?: number;
  readonly critical?: number;
  readonly deadBand: number;
}

function limitsOf(band: Band, side: Side, field: Field): Limits | undefined {
  const sign = side === 'low' ? -1 : 1;
  const warn = side === 'low' ? band.warnBelow : band.warnAbove;
  const critical = side === 'low' ? band.criticalBelow : band.criticalAbove;
  if (warn === undefined && critical === undefined) return undefined;
  const deadBand = band.deadBand ?? usualDeadBand(warn, critical, field);
  return {
    ...(warn !== undefined && { warn: sign * warn }),
    ...(critical !== undefined && { critical: sign * critical }),
    deadBand,
  };
}

/** A quarter of the way from warning to critical; with a single limit, five times the sensor's resolution. */
function usualDeadBand(warn: number | undefined, critical: number | undefined, { resolution }: Field): number {
  const least = 5 * resolution;
  return warn === undefined || critical === undefined ? least : Math.max(least, Math.abs(warn - critical) / 4);
}

interface Made {
  readonly id: string;
  readonly band: Band;
  readonly field: Field;
  readonly side: Side;
  readonly limits: Limits;
  readonly profile: Profile;
  readonly kind: Kind;
  readonly intervalMs: number;
}

function bandRule({ id, band, field, side, limits, profile, kind, intervalMs }: Made): Rule {
  const sign = side === 'low' ? -1 : 1;
  const { onlyWhile } = band;
  return {
    id,
    class: 'process',
    field: field.name,
    holds: {
      warning: limits.warn === undefined ? Number.POSITIVE_INFINITY : holdMs(band.holdMinutes?.warning, intervalMs),
      critical:
        limits.critical === undefined ? Number.POSITIVE_INFINITY : holdMs(band.holdMinutes?.critical, intervalMs),
      clear: (band.clearMinutes ?? CLEAR_MINUTES) * MINUTE - JITTER * intervalMs,
      maxGap: silentAfterMs(intervalMs),
    },
    codeOf(measured) {
      const value = measured.value(field.name);
      if (value === undefined) return measured.hasSent(field.name) ? UNKNOWN : undefined;
      if (isDoubtful(measured.flags?.[field.name])) return UNKNOWN;
      if (onlyWhile !== undefined && measured.value(onlyWhile) !== 1) return whileOff(measured, onlyWhile);
      return levelOf(sign * value, limits);
    },
    // Whether the switch is on has to be looked up.
    ...(onlyWhile === undefined && { quiet: [quietOf(field.name, side, limits)] }),
    isWorse: (value, other) => sign * value > sign * other,
    ...(limits.warn !== undefined &&
      limits.critical !== undefined && { worseBy: Math.abs(limits.critical - limits.warn) }),
    text: (severity, value) => textOf({ field, side, band, profile }, severity, value),
    action: kind.advice?.[`${field.name}_${side}`] ?? LOOK,
    profile: { name: profile.name, version: profile.version },
    source: band.source,
  };
}

const LOOK = { zh: '到现场核对读数并处理', en: 'Go there, check the value by hand and act on it' };

/** If the switch is off, the band does not apply; if its state is unknown, so is the result. */
function whileOff(measured: Measured, onlyWhile: string): Code {
  return measured.value(onlyWhile) === undefined ? UNKNOWN : 0;
}

/** A hold shorter than the reporting interval opens at the first reading; a band without a hold requires a second one. */
function holdMs(minutes: number | undefined, intervalMs: number): number {
  if (minutes === undefined) return 1;
  const hold = minutes * MINUTE;
  return hold < intervalMs ? 0 : hold - JITTER * intervalMs;
}

export function levelOf(value: number, { warn, critical, deadBand }: Limits): Code {
  if (critical !== undefined && value > critical) return 4;
  const isNearCritical = critical !== undefined && value > critical - deadBand;
  // Without a warning limit only the dead band of critical lies between good and bad.
  if (warn === undefined) return isNearCritical ? 3 : 0;
  if (value > warn) return isNearCritical ? 3 : 2;
  return value > warn - deadBand ? 1 : 0;
}

/** Where `levelOf` is 0. */
function quietOf(field: string, side: Side, { warn, critical = Number.POSITIVE_INFINITY, deadBand }: Limits): Bounds {
  const limit = Math.min(critical, (warn ?? critical) - deadBand);
  return side === 'low'
    ? { field, low: -limit, high: Number.POSITIVE_INFINITY }
    : { field, low: Number.NEGATIVE_INFINITY, high: limit };
}

const BEYOND = { low: ['低于', 'below'], high: ['高于', 'above'] } as const;

function textOf(
  { field, side, band, profile }: Pick<Made, 'field' | 'side' | 'band' | 'profile'>,
  severity: Severity,
  value: number | undefined,
) {
  const warn = side === 'low' ? band.warnBelow : band.warnAbove;
  const critical = side === 'low' ? band.criticalBelow : band.criticalAbove;
  const limit = (severity === 'critical' ? critical : warn) ?? critical ?? warn ?? 0;
  const own = String(limit).split('.')[1]?.length ?? 0;
  const bound = formatNumber(limit, Math.max(own, Math.min(1, field.decimals)));
  const shown = (language: Language) => (value === undefined ? '' : ` ${formatValue(field, value, language)}`);
  // An alarm stays open while the value is inside its dead band: the text must not call that "below the limit".
  const isBeyond = value === undefined || (side === 'low' ? value < limit : value > limit);
  const [zh, en] = isBeyond ? BEYOND[side] : ['限值', 'limit'];
  return {
    zh: `${field.label.zh}${shown('zh')}，${zh} ${bound}（${profile.label.zh}）`,
    en: `${field.label.en}${shown('en')}, ${en} ${bound} (${profile.label.en})`,
  };
}
