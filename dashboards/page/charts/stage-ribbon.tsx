/** The growth stages along a time axis: a thin band in two muted tones, the current one highlighted. */

import { useLanguage } from '../feed/app-context.ts';
import { intervalsBetween, type ProfileInterval } from '../feed/season.ts';
import { formatDay } from '../language/format-time.ts';

interface Props {
  readonly season: readonly ProfileInterval[];
  /** Of the axis, epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
}

export function StageRibbon({ season, from, to, now }: Props) {
  const { language, word } = useLanguage();
  return (
    <ol class="stages" aria-label={word('stages')}>
      {season.map((spell, order) => {
        const { profile } = spell;
        const [shown] = intervalsBetween([spell], from, to);
        if (shown === undefined || profile === undefined) return null;
        const width = (shown.to - shown.from) / (to - from);
        const isCurrent = spell.from <= now && spell.to > now;
        const tone = isCurrent ? 'current' : order % 2 === 0 ? 'even' : 'odd';
        const days = Number.isFinite(spell.from) ? formatDay(spell.from, language) : '';
        const end = Number.isFinite(spell.to) ? formatDay(spell.to - 1, language) : '';
        return (
          <li
            key={spell.from}
            class={tone}
            style={{ left: `${((shown.from - from) / (to - from)) * 100}%`, width: `${width * 100}%` }}
            title={`${profile.label[language]} ${days}–${end}`}
            aria-current={isCurrent ? 'true' : undefined}
          >
            <span>{profile.label[language]}</span>
            <span class="unseen"> {`${days}–${end}`}</span>
          </li>
        );
      })}
    </ol>
  );
}
