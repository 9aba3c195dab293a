/** How a device is, from its latest values: good, warning, critical, or unknown. Silence and doubt are never good. */
import type { Flag } from './flag.ts';
import { FLAGS } from './flag.ts';
import { formatDuration, formatValue } from './format.ts';
import type { Field, Kind } from './kind.ts';
import type { Label } from './label.ts';
import type { Band, Profile } from './profile.ts';

export type DeviceState = 'good' | 'warning' | 'critical' | 'unknown';

export interface Reason {
  readonly code: 'SILENT' | 'NEVER_HEARD' | 'DOUBTFUL' | 'BELOW' | 'ABOVE';
  readonly state: DeviceState;
  readonly field?: string;
  readonly label: Label;
}

export interface Assessment {
  readonly state: DeviceState;
  /** Worst first. */
  readonly reasons: readonly Reason[];
  readonly ageMs?: number;
}

export interface AssessmentInput {
  readonly kind: Kind;
  readonly profile?: Profile | undefined;
  /** How often the device reports. */
  readonly intervalMs: number;
  readonly now: number;
  readonly latest?:
    | {
        readonly time: number;
        readonly values: Readonly<Record<string, number>>;
        readonly flags?: Readonly<Record<string, readonly Flag[]>>;
        readonly olderFields?: Readonly<Record<string, number>>;
      }
    | undefined;
}

/** Missed reports after which a device is silent. */
const MISSED_REPORTS = 3;
/** A hand's breadth for the network, so that fast devices do not flicker. */
const GRACE_MS = 15_000;
/** Flags that make a value doubtful; `late` and `clamped` do not. */
const DOUBTFUL: readonly Flag[] = ['stuck', 'spike', 'clock'];
/** What wakes somebody first. */
const RANK: readonly DeviceState[] = ['critical', 'unknown', 'warning', 'good'];

export function assess({ kind, profile, intervalMs, now, latest }: AssessmentInput): Assessment {
  if (latest === undefined) {
    return {
      state: 'unknown',
      reasons: [{ code: 'NEVER_HEARD', state: 'unknown', label: { zh: '从未收到数据', en: 'never heard from' } }],
    };
  }
  const ageMs = now - latest.time;
  const isSilent = (time: number) => !kind.isIntermittent && now - time > MISSED_REPORTS * intervalMs + GRACE_MS;
  if (isSilent(latest.time)) return { state: 'unknown', reasons: [silence(ageMs)], ageMs };
  const reasons: Reason[] = [];
  for (const field of kind.fields) {
    const value = latest.values[field.name];
    if (value === undefined) continue;
    const isPrimary = kind.primary.includes(field.name);
    const time = latest.olderFields?.[field.name] ?? latest.time;
    const doubts = (latest.flags?.[field.name] ?? []).filter((flag) => DOUBTFUL.includes(flag));
    // An old value of a field that still comes with others says nothing about now.
    if (isSilent(time)) {
      if (isPrimary) reasons.push(silence(now - time, field));
      continue;
    }
    if (doubts.length > 0) {
      reasons.push(doubt(field, doubts, isPrimary));
      continue;
    }
    const bands = profile?.bands.filter((band) => band.field === field.name) ?? [];
    for (const band of bands) reasons.push(...against(field, value, band, profile));
    if (profile === undefined && isPrimary && field.normal !== undefined) {
      const [warnBelow, warnAbove] = field.normal;
      reasons.push(...against(field, value, { field: field.name, warnBelow, warnAbove, source: '' }, undefined));
    }
  }
  reasons.sort((a, b) => RANK.indexOf(a.state) - RANK.indexOf(b.state));
  return { state: reasons[0]?.state ?? 'good', reasons, ageMs };
}

function silence(ageMs: number, field?: Field): Reason {
  const zh = `${field?.label.zh ?? ''}${field ? '：' : ''}${formatDuration(ageMs, 'zh')}无数据`;
  const en = `${field?.label.en ?? ''}${field ? ': ' : ''}no data for ${formatDuration(ageMs, 'en')}`;
  return { code: 'SILENT', state: 'unknown', ...(field && { field: field.name }), label: { zh, en } };
}

/** A doubtful value that matters makes the device unknown; one beside it is only mentioned. */
function doubt(field: Field, doubts: readonly Flag[], isPrimary: boolean): Reason {
  const words = (language: 'zh' | 'en') =>
    doubts.map((flag) => FLAGS[flag][language]).join(language === 'zh' ? '、' : ', ');
  return {
    code: 'DOUBTFUL',
    state: isPrimary ? 'unknown' : 'warning',
    field: field.name,
    label: { zh: `${field.label.zh}：${words('zh')}`, en: `${field.label.en}: ${words('en')}` },
  };
}

function against(field: Field, value: number, band: Band, profile: Profile | undefined): Reason[] {
  const { criticalBelow, criticalAbove, warnBelow, warnAbove } = band;
  const say = (state: DeviceState, code: 'BELOW' | 'ABOVE', limit: number): Reason[] => [
    { code, state, field: field.name, label: sentence(field, value, code, limit, profile) },
  ];
  if (criticalBelow !== undefined && value < criticalBelow) return say('critical', 'BELOW', criticalBelow);
  if (criticalAbove !== undefined && value > criticalAbove) return say('critical', 'ABOVE', criticalAbove);
  if (warnBelow !== undefined && value < warnBelow) return say('warning', 'BELOW', warnBelow);
  if (warnAbove !== undefined && value > warnAbove) return say('warning', 'ABOVE', warnAbove);
  return [];
}

/** `溶解氧 2.70 mg/L，低于 3.00（蟹塘）` */
function sentence(
  field: Field,
  value: number,
  code: 'BELOW' | 'ABOVE',
  limit: number,
  profile: Profile | undefined,
): Label {
  const bound = limit.toFixed(field.decimals);
  const zhName = profile === undefined ? '' : `（${profile.label.zh}）`;
  const enName = profile === undefined ? '' : ` (${profile.label.en})`;
  return {
    zh: `${field.label.zh} ${formatValue(field, value, 'zh')}，${code === 'BELOW' ? '低于' : '高于'} ${bound}${zhName}`,
    en: `${field.label.en} ${formatValue(field, value, 'en')}, ${code === 'BELOW' ? 'below' : 'above'} ${bound}${enName}`,
  };
}
