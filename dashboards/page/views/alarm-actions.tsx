/** Actions on an alarm. Acknowledging takes two taps, including a note: the button, then the note. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Alarm } from '../feed/alarm-list.ts';
import { acknowledge, type RequestFailed, shelve } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { Word } from '../language/words.ts';
import { keepName, NameField, named, nameKept } from './acting-name.tsx';

interface Props {
  readonly alarm: Alarm;
  readonly onEnd: () => void;
}

const QUICK: readonly Word[] = ['onTheWay', 'switchedOn', 'toldSomebody'];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SPANS: readonly (readonly [ms: number, zh: string, en: string])[] = [
  [30 * MINUTE, '30 分钟', '30 min'],
  [2 * HOUR, '2 小时', '2 h'],
  [8 * HOUR, '8 小时', '8 h'],
  [24 * HOUR, '24 小时', '24 h'],
  [7 * 24 * HOUR - MINUTE, '7 天', '7 days'],
];

/** Sends the action, shows the answer at once, and reports an error. */
function useAction(onDone: () => void) {
  const { alarmFeed, word } = useAppContext();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = async (action: () => Promise<Alarm>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      alarmFeed.take(await action());
      onDone();
    } catch (error) {
      const { status, message } = error as RequestFailed;
      setProblem(status === 0 ? word('notReached') : message);
      setBusy(false);
    }
  };
  return { isBusy, problem, run };
}

export function Acknowledge({ alarm, onEnd }: Props) {
  const { word } = useAppContext();
  const [name, setName] = useState(nameKept);
  const [note, setNote] = useState('');
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const { isBusy, problem, run } = useAction(onEnd);
  const send = (text: string) => {
    keepName(name);
    void run(() => acknowledge(alarm.id, { ...(text !== '' && { note: text }), ...named(name) }));
  };
  return (
    <form
      class="alarm-form"
      onSubmit={(event) => {
        event.preventDefault();
        send(note.trim());
      }}
    >
      <fieldset class="quick" aria-label={word('quickNotes')} disabled={isBusy}>
        <button ref={first} type="submit" class="primary">
          {word('acknowledgeThis')}
        </button>
        {QUICK.map((each) => (
          <button key={each} type="button" onClick={() => send([word(each), note.trim()].filter(Boolean).join(' · '))}>
            {word(each)}
          </button>
        ))}
      </fieldset>
      <label>
        {word('note')}
        <input
          value={note}
          maxLength={400}
          placeholder={word('noteHint')}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      <div class="alarm-name">
        <NameField name={name} onName={setName} />
        <button type="button" onClick={onEnd}>
          {word('cancel')}
        </button>
      </div>
      <p role="status">{problem}</p>
    </form>
  );
}

export function Shelve({ alarm, onEnd }: Props) {
  const { word, language, fleet } = useAppContext();
  const [name, setName] = useState(nameKept);
  const [reason, setReason] = useState('');
  const [span, setSpan] = useState(SPANS[1]?.[0] ?? HOUR);
  const { isBusy, problem, run } = useAction(onEnd);
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <form
      class="alarm-form"
      onSubmit={(event) => {
        event.preventDefault();
        keepName(name);
        void run(() => shelve(alarm.id, { until: fleet.now() + span, reason: reason.trim(), ...named(name) }));
      }}
    >
      <label>
        {word('shelveFor')}
        <select ref={first} value={String(span)} onChange={(event) => setSpan(Number(event.currentTarget.value))}>
          {SPANS.map(([ms, zh, en]) => (
            <option key={ms} value={String(ms)}>
              {language === 'zh' ? zh : en}
            </option>
          ))}
        </select>
      </label>
      <label>
        {word('shelveReason')}
        <input
          required
          value={reason}
          maxLength={400}
          pattern=".*\S.*"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={isBusy}>
        {word('shelve')}
      </button>
      <div class="alarm-name">
        <NameField name={name} onName={setName} />
        <button type="button" onClick={onEnd}>
          {word('cancel')}
        </button>
      </div>
      <p role="status">{problem}</p>
    </form>
  );
}

export function Unshelve({ alarm }: { readonly alarm: Alarm }) {
  const { word, fleet } = useAppContext();
  const { isBusy, problem, run } = useAction(() => undefined);
  const end = () => shelve(alarm.id, { until: fleet.now() - MINUTE, reason: word('unshelve'), ...named(nameKept()) });
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => void run(end)}>
        {word('unshelve')}
      </button>
      <span role="status">{problem}</span>
    </>
  );
}
