/** Assesses a device's newest values: good, warning, critical or unknown, with reasons in words. Hold times belong to alarms. */

import { formatAge, formatDuration } from './format.ts';
import { type Assessment, type HealthState, RANK, type Reason, type ReasonCode, worstFirst } from './health.ts';
import type { Field, Kind } from './kind.ts';
import { limitViolationsOf } from './limit-violations.ts';
import type { Profile } from './profile.ts';
import type { Reading } from './reading.ts';
import { silentAfterMs } from './silence.ts';

/** The newest value of each field, as the store keeps it; `olderFields` are the times of those the newest reading lacks. */
export type LatestValues = Pick<Reading, 'time' | 'values' | 'flags'> & {
  readonly olderFields?: Readonly<Record<string, number>>;
};

export interface Circumstances {
  readonly kind: Kind;
  /** Ignored if it is not made for this kind: a site may hold devices of several kinds. */
  readonly profile?: Profile | undefined;
  readonly intervalMs: number;
  readonly now: number;
  readonly latest: LatestValues | undefined;
}

/** Wet-chemistry analysers and hand kits report hourly beside probes that report every minute: their last value still counts. */
const SLOW_FIELD_MS = 2 * 3_600_000;

export function assess(given: Circumstances): Assessment {
  const { kind, intervalMs, now, latest } = given;
  if (latest === undefined) {
    if (kind.isIntermittent)
      return { state: 'good', reasons: [reason('idle', 'good', '待命，尚无任务', 'idle, no mission yet')] };
    return { state: 'unknown', reasons: [reason('no_data', 'unknown', '从未收到数据', 'no data yet')] };
  }
  const ageMs = Math.max(0, now - latest.time);
  const isSilent = ageMs > silentAfterMs(intervalMs);
  if (isSilent && kind.isIntermittent) return { state: 'good', reasons: [idle(ageMs)], ageMs };
  const reasons = inOrder(kind).flatMap((field) => reasonsOf(field, given, latest));
  if (isSilent) {
    // A silent device is unknown, whatever its last state: silence neither ends a bad state nor proves that it lasts.
    const last = reasons.filter(({ state }) => RANK[state] > 0 && state !== 'unknown').sort(worstFirst);
    return { state: 'unknown', reasons: [silent(ageMs), ...last.map(asLastKnown)], ageMs };
  }
  reasons.sort(worstFirst);
  return { state: reasons[0]?.state ?? 'good', reasons, ageMs };
}

function reasonsOf(field: Field, { kind, profile, intervalMs, now }: Circumstances, latest: LatestValues): Reason[] {
  const value = latest.values[field.name];
  // Not every device has every probe: a value that was never measured is no reason.
  if (value === undefined) return [];
  const isPrimary = kind.primary.includes(field.name);
  const behindMs = latest.time - (latest.olderFields?.[field.name] ?? latest.time);
  const isContinuous = field.shape === 'number';
  if (isContinuous && isPrimary && behindMs > silentAfterMs(intervalMs)) {
    return [fieldSilent(field, now - latest.time + behindMs)];
  }
  if (isContinuous && behindMs > silentAfterMs(intervalMs, SLOW_FIELD_MS)) return [];
  const flags = latest.flags?.[field.name] ?? [];
  const doubt = DOUBTS.find(({ code }) => flags.includes(code));
  if (doubt !== undefined) {
    const { zh, en } = field.label;
    // A doubtful secondary value is mentioned but must not hide that the primary values are known.
    return [
      {
        field: field.name,
        code: doubt.code,
        state: isPrimary ? 'unknown' : 'good',
        label: { zh: `${zh}${doubt.zh}`, en: `${en} ${doubt.en}` },
      },
    ];
  }
  return limitViolationsOf({ field, value, values: latest.values, kind, profile });
}

const DOUBTS = [
  { code: 'clock', zh: '的时间可疑', en: 'has a doubtful time' },
  { code: 'stuck', zh: '读数卡住', en: 'is stuck' },
  { code: 'startup', zh: '刚上电的零值，尚未测量', en: 'is zero just after power-up, not measured yet' },
  { code: 'spike', zh: '突跳，待下一读数确认', en: 'jumped; the next reading will confirm it or not' },
] as const;

function inOrder(kind: Kind): readonly Field[] {
  const primary = kind.primary.flatMap((name) => kind.fields.filter((field) => field.name === name));
  return [...primary, ...kind.fields.filter((field) => !kind.primary.includes(field.name))];
}

function reason(code: ReasonCode, state: HealthState, zh: string, en: string): Reason {
  return { code, state, label: { zh, en } };
}

function silent(ageMs: number): Reason {
  return reason(
    'silent',
    'unknown',
    `${formatDuration(ageMs, 'zh')}无数据`,
    `no data for ${formatDuration(ageMs, 'en')}`,
  );
}

function idle(ageMs: number): Reason {
  return reason(
    'idle',
    'good',
    `待命，上次作业于 ${formatAge(ageMs, 'zh')}`,
    `idle, last at work ${formatAge(ageMs, 'en')}`,
  );
}

function fieldSilent({ name, label }: Field, ageMs: number): Reason {
  return {
    field: name,
    ...reason(
      'silent',
      'unknown',
      `${label.zh} ${formatDuration(ageMs, 'zh')}无数据`,
      `no ${label.en} for ${formatDuration(ageMs, 'en')}`,
    ),
  };
}

function asLastKnown(given: Reason): Reason {
  return { ...given, label: { zh: `最后读数：${given.label.zh}`, en: `last known: ${given.label.en}` } };
}
