/** One alarm: what, where, since when and for how long, what to do, who has acknowledged it; with its two actions. */
import { useState } from 'preact/hooks';
import { formatValue } from '../../../sensors/format.ts';
import type { Alarm } from '../feed/alarm-list.ts';
import { useAppContext } from '../feed/app-context.ts';
import { formatRoute } from '../feed/route.ts';
import { clockWords, holderWords, placeWords, sinceWords } from '../tiles/alarm-words.ts';
import { StateMark } from '../tiles/state-mark.tsx';
import { Acknowledge, Shelve, Unshelve } from './alarm-actions.tsx';
import { AlarmStory } from './alarm-story.tsx';

interface Props {
  readonly alarm: Alarm;
  readonly mayOperate: boolean;
  /** Short form, if the site is clear from the context; details are in the alarm centre. */
  readonly isBrief?: boolean;
}

export function AlarmCard({ alarm, mayOperate, isBrief = false }: Props) {
  const { state, route, language, now, word } = useAppContext();
  const [form, setForm] = useState<'acknowledge' | 'shelve'>();
  const [isStoryOpen, setStoryOpen] = useState(false);
  const { id, park, site, severity, state: stands, isBlind, shelved } = alarm;
  const mayAcknowledge = stands === 'open' || stands === 'returned';
  const place = placeWords(alarm, state.catalog, language);
  const isOver = stands === 'closed';
  return (
    <li class={`card alarm ${isOver ? 'over' : severity} ${stands}`} data-alarm={id} data-rule={alarm.rule}>
      <div class="alarm-head">
        <StateMark state={severity} />
        <h3 class={isBrief ? 'unseen' : undefined}>
          {site === '' ? (
            place
          ) : (
            <a href={formatRoute({ view: 'site', park, site, language, range: route.range })}>{place}</a>
          )}
        </h3>
        <p class="alarm-since">{sinceWords(alarm, now, language)}</p>
      </div>
      <p class="alarm-text">{alarm.text[language]}</p>
      {!isBrief && <Remarks alarm={alarm} />}
      {!isOver && isBlind && <p class="alarm-blind">{word('isBlind')}</p>}
      {!isOver && (
        <p class="alarm-do">
          <b>{word('toDo')}</b> {alarm.action[language]}
        </p>
      )}
      <p class={alarm.acknowledgedBy === undefined && !isOver ? 'alarm-holder waiting' : 'alarm-holder'}>
        {(!isOver || alarm.acknowledgedBy !== undefined) && holderWords(alarm, now, language)}
        {alarm.note && <q>{alarm.note}</q>}
        {shelved && (
          <span>
            {word('shelvedUntil')} {clockWords(shelved.until, now, language)} · {shelved.reason}
          </span>
        )}
      </p>
      {mayOperate && form === undefined && !isOver && (
        <div class="alarm-buttons">
          {mayAcknowledge && (
            <button type="button" class="primary" onClick={() => setForm('acknowledge')}>
              {word('acknowledge')}
              <span class="unseen"> {place}</span>
            </button>
          )}
          {shelved ? (
            <Unshelve alarm={alarm} />
          ) : (
            <button type="button" onClick={() => setForm('shelve')}>
              {word('shelve')}
              <span class="unseen"> {place}</span>
            </button>
          )}
        </div>
      )}
      {form === 'acknowledge' && <Acknowledge alarm={alarm} onEnd={() => setForm(undefined)} />}
      {form === 'shelve' && <Shelve alarm={alarm} onEnd={() => setForm(undefined)} />}
      {!isBrief && (
        <details class="alarm-details" onToggle={(event) => setStoryOpen(event.currentTarget.open)}>
          <summary>
            {word('details')}
            <span class="unseen"> {place}</span>
          </summary>
          {isStoryOpen && <AlarmStory alarm={alarm} />}
        </details>
      )}
    </li>
  );
}

/** The worst value, and special states. */
function Remarks({ alarm }: { readonly alarm: Alarm }) {
  const { state, language, now, word } = useAppContext();
  const { worst, field: name, device, park, children = [] } = alarm;
  const kind = state.catalog.devices.find((each) => each.park === park && each.device === device)?.kind;
  const field = state.catalog.kinds.get(kind ?? '')?.fields.find((each) => each.name === name);
  const remarks = [
    ...(worst && field?.shape === 'number'
      ? [`${word('worst')} ${formatValue(field, worst.value, language)} (${clockWords(worst.at, now, language)})`]
      : []),
    ...(alarm.isChattering ? [word('chattering')] : []),
    ...(alarm.isHistoric ? [word('historic')] : alarm.isLate ? [word('late')] : []),
    ...(alarm.suppressedBy === undefined ? [] : [word('explained')]),
    ...(alarm.maintenanceUntil === undefined
      ? []
      : [`${word('maintenance')} ${clockWords(alarm.maintenanceUntil, now, language)}`]),
    ...(children.length > 0 ? [`${word('children')} ${children.length}`] : []),
  ];
  return remarks.length === 0 ? null : <p class="note">{remarks.join(' · ')}</p>;
}
