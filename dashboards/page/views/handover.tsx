/** The shift hand-over sheet: what is open, what happened, what was done; made for printing. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatDuration } from '../../../sensors/format.ts';
import type { Alarm } from '../feed/alarm-list.ts';
import { loadAlarms } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import { reportOf, SHIFT_MS, shiftAt, shiftBefore } from '../feed/shifts.ts';
import { formatMoment } from '../language/format-time.ts';
import { holderWords, placeWords, sinceWords } from '../tiles/alarm-words.ts';
import { StateMark } from '../tiles/state-mark.tsx';
import { worstWords } from '../tiles/words-of.ts';

/** How far back alarms are loaded that began before the shift and were handled in it. */
const BEFORE_MS = 7 * 86_400_000;
/** Refresh interval of the current shift's sheet. */
const STEP_MS = 60_000;

export function HandOver() {
  const { route, alarms: feed, state, cards, language, now, word, go } = useAppContext();
  const minute = Math.ceil(now / STEP_MS) * STEP_MS;
  const [from, to] = route.window ?? [minute - SHIFT_MS, minute];
  const current = shiftAt(now);
  const before = shiftBefore(current);
  const past = useAlarmsBetween(from - BEFORE_MS, to);
  const report = useMemo(() => {
    const all = new Map([...(past ?? []), ...feed.alarms.values()].map((alarm) => [alarm.id, alarm]));
    return reportOf([...all.values()], from, to);
  }, [past, feed.alarms, from, to]);
  const notWell = bySentence(cards, ({ devices: [lead] }) =>
    worstWords(lead, state.sparks.get(lead.key), now, language),
  );
  const figures: readonly (readonly [label: string, value: string])[] = [
    [word('raised'), String(report.happened.length)],
    [word('ofThemCritical'), String(report.criticalCount)],
    [
      word('timeToAcknowledge'),
      report.medianAcknowledgeMs === undefined ? '–' : formatDuration(report.medianAcknowledgeMs, language),
    ],
    [word('loadOfShift'), String(report.busiest)],
  ];
  return (
    <section class="handover" aria-busy={past === undefined}>
      <div class="head">
        <div>
          <h1>
            {word('handover')} · {word('county')}
          </h1>
          <p class="lead">
            {formatMoment(from, language)} – {formatMoment(to, language)}
          </p>
        </div>
        <div class="handover-tools">
          <button type="button" aria-pressed={route.window === undefined} onClick={() => go({ window: undefined })}>
            {word('lastShift')}
          </button>
          {[current, before].map((shift) => (
            <button
              key={shift.from}
              type="button"
              aria-pressed={route.window?.[0] === shift.from}
              onClick={() => go({ window: [shift.from, shift.to] })}
            >
              {word(shift.kind === 'day' ? 'dayShift' : 'nightShift')} {formatMoment(shift.from, language)}
            </button>
          ))}
          <button type="button" class="primary" onClick={() => print()}>
            {word('print')}
          </button>
        </div>
      </div>
      <dl class="figures card">
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Part title={word('stillOpen')} alarms={report.open} />
      <Part title={word('happened')} alarms={report.happened} />
      <Part title={word('done')} alarms={report.done} />
      <section class="card">
        <h2>{word('notWell')}</h2>
        {notWell.size === 0 ? (
          <p class="note">{word('allWell')}</p>
        ) : (
          <ul class="sheet">
            {[...notWell.entries()].map(([sentence, [first, ...others]]) => (
              <li key={sentence}>
                <StateMark state={first.state} />
                <b>
                  {[first, ...others].map(({ site }) => site.label[language]).join(language === 'zh' ? '、' : ', ')}
                </b>
                <span>
                  {sentence}
                  {others.length > 0 && ` (${others.length + 1} ${word('sites')})`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section class="card signatures">
        <h2>{word('remarks')}</h2>
        <textarea class="remarks" aria-label={word('remarks')} rows={4} />
        <p>
          <span>{word('handsOver')}</span>
          <span>{word('takesOver')}</span>
        </p>
      </section>
    </section>
  );
}

/** Twenty sites that never reported are one line, not twenty. */
function bySentence(cards: readonly SiteCard[], wordsOf: (card: SiteCard) => string) {
  const found = new Map<string, [SiteCard, ...SiteCard[]]>();
  for (const card of cards) {
    if (card.state === 'good') continue;
    const sentence = wordsOf(card);
    const beside = found.get(sentence);
    if (beside === undefined) found.set(sentence, [card]);
    else beside.push(card);
  }
  return found;
}

function Part({ title, alarms }: { readonly title: string; readonly alarms: readonly Alarm[] }) {
  const { state, language, now, word } = useAppContext();
  return (
    <section class="card">
      <h2>
        {title} <span class="count">{alarms.length}</span>
      </h2>
      {alarms.length === 0 && <p class="note">{word('nothingHappened')}</p>}
      <ul class="sheet">
        {alarms.map((alarm) => (
          <li key={alarm.id}>
            <StateMark state={alarm.severity} />
            <b>{placeWords(alarm, state.catalog, language)}</b>
            <span>{alarm.text[language]}</span>
            <span class="when">{sinceWords(alarm, now, language)}</span>
            <span class="who">
              {(alarm.state !== 'closed' || alarm.acknowledgedBy !== undefined) && holderWords(alarm, now, language)}
              {alarm.note && ` · ${alarm.note}`}
              {alarm.shelved && ` · ${word('shelve')}: ${alarm.shelved.reason}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Undefined until the first answer; loaded again each minute and for another shift. */
function useAlarmsBetween(from: number, to: number): readonly Alarm[] | undefined {
  const [found, setFound] = useState<readonly Alarm[]>();
  useEffect(() => {
    const gone = new AbortController();
    void loadAlarms({ from, to }, gone.signal).then(setFound, () => {});
    return () => gone.abort();
  }, [from, to]);
  return found;
}
