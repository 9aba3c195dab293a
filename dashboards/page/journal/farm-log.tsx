/** What people did at a site: the list, what still waits on this phone, and the way to log more. */
import { useState } from 'preact/hooks';
import { isoOf } from '../../../base/beijing-time.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { WaitingEvent } from '../feed/event-outbox.ts';
import { type FarmEvent, newRecordId } from '../feed/journal.ts';
import { formatDay, formatMoment } from '../language/format-time.ts';
import { dayOfSeason, heldBackUntil, valuesWords } from './event-words.ts';
import type { SiteJournal } from './use-site-journal.ts';

interface Props {
  readonly journal: SiteJournal;
  readonly mayLog: boolean;
  readonly onCorrect: (event: FarmEvent) => void;
}

const SHOWN_FIRST = 6;
/** An entry that came later than this after the fact says so. */
const LATE_MS = 6 * 3_600_000;

export function FarmLog({ journal, mayLog, onCorrect }: Props) {
  const { word, now } = useAppContext();
  const [isWhole, setWhole] = useState(false);
  const newestFirst = [...journal.events].reverse();
  const shown = isWhole ? newestFirst : newestFirst.slice(0, SHOWN_FIRST);
  const day = dayOfSeason(journal.seasons, now);
  if (!mayLog && journal.events.length === 0) return null;
  return (
    <section class="card farm-log" aria-labelledby="farm-log">
      <div class="farm-log-head">
        <h2 id="farm-log">{word('farmLog')}</h2>
        {day !== undefined && (
          <span class="note">
            {word('dayOfSeason')} {day} {word('dayUnit')}
          </span>
        )}
      </div>
      <ul class="rows events">
        {journal.waiting.map((each) => (
          <Waiting key={each.event.id} waiting={each} journal={journal} />
        ))}
        {shown.map((event) => (
          <Logged
            key={event.id}
            event={event}
            journal={journal}
            mayChange={mayLog}
            onCorrect={() => onCorrect(event)}
          />
        ))}
      </ul>
      {journal.events.length === 0 && journal.waiting.length === 0 && <p class="note">{word('noEvents')}</p>}
      {newestFirst.length > shown.length && (
        <button type="button" onClick={() => setWhole(true)}>
          {word('more')} ({newestFirst.length - shown.length})
        </button>
      )}
    </section>
  );
}

interface WaitingProps {
  readonly waiting: WaitingEvent;
  readonly journal: SiteJournal;
}

function Waiting({ waiting: { event, refusal }, journal }: WaitingProps) {
  const { word, language, outbox } = useAppContext();
  const kind = journal.kinds.find(({ name }) => name === event.kind);
  return (
    <li class={refusal === undefined ? 'waiting' : 'waiting refused'}>
      <span class="row-main">
        <time>{formatMoment(Date.parse(event.at), language)}</time> <b>{kind?.label[language] ?? event.kind}</b>{' '}
        {valuesWords(event, kind, language)}
        <small role="status">
          {refusal === undefined ? word('waitsForNetwork') : `${word('refusedEvent')}: ${refusal}`}
        </small>
      </span>
      <button type="button" onClick={() => outbox.discard(event.id)}>
        {word('discard')}
      </button>
    </li>
  );
}

interface LoggedProps {
  readonly event: FarmEvent;
  readonly journal: SiteJournal;
  readonly mayChange: boolean;
  readonly onCorrect: () => void;
}

function Logged({ event, journal, mayChange, onCorrect }: LoggedProps) {
  const { word, language, now, outbox } = useAppContext();
  const [isAsking, setAsking] = useState(false);
  const kind = journal.kinds.find(({ name }) => name === event.kind);
  const until = heldBackUntil(event, now);
  const name = `${kind?.label[language] ?? event.kind} ${formatMoment(event.at, language)}`;
  const withdraw = () => {
    const { park, site, device, kind: of, at, values, id } = event;
    const place = { park, site, ...(device !== undefined && { device }) };
    const withdrawal = { ...place, id: newRecordId(), kind: of, at: isoOf(at), values, supersedes: id } as const;
    outbox.add({ ...withdrawal, isWithdrawn: true });
  };
  return (
    <li data-kind={event.kind}>
      <span class="row-main">
        <time>{formatMoment(event.at, language)}</time> <b>{kind?.label[language] ?? event.kind}</b>{' '}
        {valuesWords(event, kind, language)}
        {until !== undefined && (
          <strong class="held-back">
            {language === 'zh'
              ? `${formatDay(until, language)}${word('untilHarvestable')}`
              : `${word('untilHarvestable')} ${formatDay(until, language)}`}
          </strong>
        )}
        <small>
          {event.by}
          {event.note && ` · ${event.note}`}
          {event.recordedAt - event.at > LATE_MS &&
            ` · ${word('loggedLater')} ${formatMoment(event.recordedAt, language)}`}
        </small>
      </span>
      {mayChange && (
        <span class="row-actions">
          {isAsking ? (
            <>
              <button type="button" class="danger" onClick={withdraw}>
                {word('withdrawConfirm')}
              </button>
              <button type="button" onClick={() => setAsking(false)}>
                {word('cancel')}
              </button>
            </>
          ) : (
            <>
              <button type="button" aria-label={`${word('correctEvent')} ${name}`} onClick={onCorrect}>
                {word('correctEvent')}
              </button>
              <button type="button" aria-label={`${word('withdraw')} ${name}`} onClick={() => setAsking(true)}>
                {word('withdraw')}
              </button>
            </>
          )}
        </span>
      )}
    </li>
  );
}
