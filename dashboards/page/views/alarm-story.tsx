/** The history of an alarm, step by step, who was notified, and the source of its rule. */
import { useEffect, useState } from 'preact/hooks';
import type { Alarm, Transition } from '../feed/alarm-list.ts';
import { loadNotices, loadTransitions } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import { CHANGE_WORDS } from '../language/change-words.ts';
import { clockWords, personWords } from '../tiles/alarm-words.ts';

/** Changes of its value alone are left out. */
const DULL: readonly Transition['change'][] = ['updated'];

export function AlarmStory({ alarm }: { readonly alarm: Alarm }) {
  const { language, now, word } = useAppContext();
  const { id, seq, children = [], profile, source } = alarm;
  const [steps, setSteps] = useState<readonly Transition[]>();
  useEffect(() => {
    let isGone = false;
    void loadTransitions(id).then(
      (found) => isGone || setSteps(found),
      () => {},
    );
    return () => {
      isGone = true;
    };
  }, [id, seq]);
  return (
    <div class="alarm-story">
      <ol>
        {steps
          ?.filter(({ change }) => !DULL.includes(change))
          .map(({ seq: number, change, at, by, alarm: then }) => (
            <li key={number}>
              <time>{clockWords(at, now, language)}</time> {CHANGE_WORDS[change][language]}
              {by !== undefined && by !== '' && ` · ${personWords(by, language)}`}
              {change === 'acknowledged' && then.note && ` · ${then.note}`}
              {change === 'shelved' && then.shelved && ` · ${then.shelved.reason}`}
            </li>
          ))}
      </ol>
      <Told id={id} seq={seq} />
      {children.length > 0 && (
        <p class="note">
          {word('children')}: {children.join(', ')}
        </p>
      )}
      {(profile || source) && (
        <p class="note">
          {profile && `${word('profile')} ${profile.name} v${profile.version}`}
          {profile && source && ' · '}
          {source && <span lang="en">{source}</span>}
        </p>
      )}
    </div>
  );
}

type Notice = Awaited<ReturnType<typeof loadNotices>>[number];
const RESULTS = { delivered: 'delivered', failed: 'notDelivered', expired: 'expired' } as const;

/** Each notice with its outcome, including failed ones. */
function Told({ id, seq }: { readonly id: string; readonly seq: number }) {
  const { language, now, word } = useAppContext();
  const [notices, setNotices] = useState<readonly Notice[]>();
  useEffect(() => {
    let isGone = false;
    void loadNotices(id).then(
      (found) => isGone || setNotices(found),
      () => {},
    );
    return () => {
      isGone = true;
    };
  }, [id, seq]);
  if (notices === undefined) return null;
  if (notices.length === 0) return <p class="note">{word('toldNobody')}</p>;
  return (
    <ol aria-label={word('told')}>
      {notices.map((notice) => (
        <li key={notice.id} class={notice.result === 'delivered' ? undefined : 'not-told'}>
          <time>{clockWords(notice.endedAt, now, language)}</time> {word('told')} {notice.people.join('、')} ·{' '}
          {notice.channel} · {word(RESULTS[notice.result])}
          {notice.why && ` · ${notice.why}`}
        </li>
      ))}
    </ol>
  );
}
