/** Describes in one sentence what is wrong with a device, and since when as far as its last hours show. */
import { formatDuration, type Language } from '../../../sensors/format.ts';
import type { Reason } from '../../../sensors/health.ts';
import type { Limits } from '../../../sensors/limits.ts';
import { intervalAt } from '../../../sensors/stages.ts';
import type { Point } from '../../../store/store.ts';
import { outsideOf } from '../charts/outside.ts';
import { bandOf } from '../feed/bands.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { say } from '../language/words.ts';

/** Sparklines come in five-minute windows. */
const GAP_MS = 20 * 60_000;
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

export function worstWords(card: DeviceCard, points: readonly Point[] = [], now: number, language: Language): string {
  const reason = card.assessment.reasons[0];
  return reasonWords(card, language) + (reason === undefined ? '' : lastingWords(card, reason, points, now, language));
}

/** The same without for how long. */
export function reasonWords({ assessment }: DeviceCard, language: Language): string {
  const [first, second] = assessment.reasons;
  if (first === undefined) return say('allGood', language);
  // For a silent device, its last value matters as much as its silence.
  const isSilence = first.code === 'silent' && first.field === undefined && second !== undefined;
  return isSilence
    ? `${first.label[language]}${language === 'zh' ? '；' : '; '}${second.label[language]}`
    : first.label[language];
}

function lastingWords(
  { kind, profile, season }: DeviceCard,
  reason: Reason,
  points: readonly Point[],
  now: number,
  language: Language,
): string {
  const main = kind.primary[0];
  const band = main === undefined ? undefined : bandOf(profile, main);
  if (band === undefined || reason.field !== main || (reason.code !== 'low' && reason.code !== 'high')) return '';
  // At most as long as the limit has been in force.
  const { from, to } = intervalAt(season, now) ?? ALWAYS;
  const { since, isSinceBefore } = outsideOf(points, [{ from, to, band: limitsOf(band, reason) }], GAP_MS);
  if (since === undefined || now - since < 60_000) return '';
  const lasted = formatDuration(now - since, language);
  if (language === 'zh') return isSinceBefore ? `，已超过 ${lasted}` : `，已 ${lasted}`;
  return isSinceBefore ? ` for over ${lasted}` : ` for ${lasted}`;
}

/** The limit named in the reason. */
function limitsOf(band: Limits, { code, state }: Reason): Pick<Limits, 'warnBelow' | 'warnAbove'> {
  const limit =
    code === 'low'
      ? state === 'critical'
        ? band.criticalBelow
        : band.warnBelow
      : state === 'critical'
        ? band.criticalAbove
        : band.warnAbove;
  if (limit === undefined) return {};
  return code === 'low' ? { warnBelow: limit } : { warnAbove: limit };
}
