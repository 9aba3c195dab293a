/** Refused messages: when, from which device, why, and the payload. An operator can replay them. */

import { useEffect, useState } from 'preact/hooks';
import type { QuarantineRow } from '../../../api/routes/quarantine.ts';
import { deviceKey } from '../../../base/keys.ts';
import { loadQuarantine, type RequestFailed, replay } from '../feed/api.ts';
import { useAppContext, useLanguage } from '../feed/app-context.ts';
import { loadMe, type Me, may } from '../feed/people.ts';
import { formatDay, formatSeconds } from '../language/format-time.ts';
import { REFUSALS } from '../language/refusals.ts';
import { Choice } from './choice.tsx';

const PAGE = 20;
const REFRESH_MS = 5000;

export function Quarantine() {
  const { word, language, state } = useAppContext();
  const [code, setCode] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const [records, setRecords] = useState<readonly QuarantineRow[]>();
  const [me, setMe] = useState<Me>();
  const [isForbidden, setForbidden] = useState(false);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isGone = false;
    const load = () =>
      loadQuarantine({ limit: limit + 1, code }).then(
        (found) => isGone || setRecords(found),
        () => {},
      );
    void load();
    const timer = setInterval(() => void load(), REFRESH_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [code, limit, turn]);
  useEffect(() => {
    void loadMe().then(setMe, () => {});
  }, []);
  const names = new Map(
    state.catalog.devices.map((each) => [deviceKey(each.park, each.device), each.label?.[language]]),
  );
  return (
    <section class="card" aria-labelledby="quarantine-title">
      <div class="quarantine-head">
        <div>
          <h2 id="quarantine-title">{word('quarantine')}</h2>
          <p class="note">{records?.length === 0 && code === '' ? word('quarantineEmpty') : word('quarantineHelp')}</p>
        </div>
        <Choice
          label={word('reason')}
          value={code}
          options={[
            ['', word('allReasons')],
            ...Object.entries(REFUSALS).map(([name, { label }]) => [name, label[language]] as const),
          ]}
          onChoose={(chosen) => {
            setCode(chosen);
            setLimit(PAGE);
          }}
        />
      </div>
      {(isForbidden || !may(me, 'replay')) && records !== undefined && records.length > 0 && (
        <p class="note">
          {/* The browser carries the address behind the # through the sign-in, back to this view. */}
          {word(me?.kind === 'person' ? 'roleMayNot' : 'replayNeeds')}{' '}
          <a href={`/sign-in${location.hash}`}>{word('openSignIn')}</a>
        </p>
      )}
      <ul class="records">
        {records?.slice(0, limit).map((record) => (
          <li key={record.id}>
            <p class="record-head">
              <time>
                {formatDay(record.receivedAt, language)} {formatSeconds(record.receivedAt)}
              </time>
              <b>{names.get(deviceKey(record.park, record.device)) ?? record.device}</b>
              <Why record={record} />
              {record.replayedAt !== undefined && <span class="yes">{word('replayed')}</span>}
            </p>
            <p>{REFUSALS[record.reason.code]?.toDo[language]}</p>
            <p class="note" lang="en">
              {record.reason.message}
            </p>
            <details>
              <summary>{word('payload')}</summary>
              <pre>{record.payload.slice(0, 4000)}</pre>
            </details>
            {!isForbidden && may(me, 'replay', record.park) && record.replayedAt === undefined && (
              <Replay
                id={record.id}
                onDone={() => setTurn((before) => before + 1)}
                onForbidden={() => setForbidden(true)}
              />
            )}
          </li>
        ))}
      </ul>
      {records !== undefined && records.length > limit && (
        <button type="button" class="button" onClick={() => setLimit(limit + PAGE)}>
          {word('more')}
        </button>
      )}
    </section>
  );
}

/** The reason, and of which field. */
function Why({ record: { park, device, reason } }: { readonly record: QuarantineRow }) {
  const { language, state } = useAppContext();
  const { kinds, devices } = state.catalog;
  const kind = kinds.get(devices.find((each) => each.park === park && each.device === device)?.kind ?? '');
  const field = kind?.fields.find(({ name }) => name === reason.field)?.label[language] ?? reason.field;
  return (
    <span class="refusal" data-code={reason.code}>
      {field !== undefined && `${field} · `}
      {REFUSALS[reason.code]?.label[language] ?? reason.code}
    </span>
  );
}

interface ReplayProps {
  readonly id: string;
  readonly onDone: () => void;
  readonly onForbidden: () => void;
}

function Replay({ id, onDone, onForbidden }: ReplayProps) {
  const { word } = useLanguage();
  const [outcome, setOutcome] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const again = async () => {
    setBusy(true);
    try {
      const { accepted, duplicate, refused } = await replay(id);
      const counts = `${word('accepted')} ${accepted} · ${word('duplicate')} ${duplicate}`;
      setOutcome([counts, ...refused.map(({ message }) => message)].join(' · '));
      if (accepted + duplicate > 0) onDone();
    } catch (error) {
      const { status, message } = error as RequestFailed;
      // The right to replay ends after some hours, also while the page is open.
      if (status === 401 || status === 403) onForbidden();
      setOutcome(status === 0 ? word('notReached') : message);
    }
    setBusy(false);
  };
  return (
    <p class="replay">
      <button type="button" disabled={isBusy} onClick={() => void again()}>
        {word('replay')}
      </button>
      <span role="status">{outcome}</span>
    </p>
  );
}
