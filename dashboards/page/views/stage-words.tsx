/** The stage of a site in words: name, start, next stage. */
import { intervalAt } from '../../../sensors/stages.ts';
import { useAppContext } from '../feed/app-context.ts';
import { hasStages, type ProfileInterval } from '../feed/season.ts';
import { formatDay } from '../language/format-time.ts';

const DAY = 86_400_000;

/** Nothing for a site without stages. */
export function StageWords({ season }: { readonly season: readonly ProfileInterval[] }) {
  const { language, now, word } = useAppContext();
  const current = intervalAt(season, now);
  if (!hasStages(season) || current === undefined) return null;
  const next = season[season.indexOf(current) + 1];
  const inDays = next && Math.ceil((next.from - now) / DAY);
  const isBegun = Number.isFinite(current.from);
  return (
    <p class="stage-words">
      <b>{current.profile?.label[language] ?? word('noStage')}</b>
      {isBegun && <span>{sinceWords(current.from, now, language)}</span>}
      <span class="note">
        {next === undefined || inDays === undefined
          ? word('noNextStage')
          : `${word('nextStage')} ${next.profile?.label[language] ?? word('noStage')} · ${formatDay(next.from, language)}${inWords(inDays, language)}`}
      </span>
    </p>
  );
}

function sinceWords(from: number, now: number, language: 'zh' | 'en'): string {
  const day = Math.floor((now - from) / DAY) + 1;
  return language === 'zh' ? `${formatDay(from, 'zh')}起，第 ${day} 天` : `since ${formatDay(from, 'en')}, day ${day}`;
}

function inWords(days: number, language: 'zh' | 'en'): string {
  if (language === 'zh') return `（${days} 天后）`;
  return ` (in ${days} ${days === 1 ? 'day' : 'days'})`;
}
