/** The audit trail: search by person, action, object and time, newest first, download as CSV. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Grant } from '../../../people/roles.ts';
import { useAppContext } from '../feed/app-context.ts';
import { type AuditAsked, type AuditRow, auditQuery, loadAudit, may, useMe } from '../feed/people.ts';
import { formatRoute } from '../feed/route.ts';
import { formatDay, formatSeconds } from '../language/format-time.ts';
import { ACTION_LABELS, GROUP_LABELS } from '../language/people-words.ts';
import { Choice } from './choice.tsx';
import { Skeleton } from './empty-state.tsx';
import { GrantWords } from './grants-field.tsx';

const NOTHING: AuditAsked = { who: '', what: '', where: '', from: '' };
const SPANS = [
  ['', '全部时间', 'Any time'],
  ['-24h', '24 小时内', 'Last 24 h'],
  ['-7d', '7 天内', 'Last 7 days'],
  ['-30d', '30 天内', 'Last 30 days'],
] as const;

export function Audit() {
  const { word, language, route } = useAppContext();
  const me = useMe();
  const [asked, setAsked] = useState(NOTHING);
  if (me === undefined) return <Skeleton />;
  return (
    <div class="people">
      <div class="head">
        <h1>{word('audit')}</h1>
        <a class="button" href={formatRoute({ view: 'people', language, range: route.range })}>
          {word('people')}
        </a>
      </div>
      {may(me, 'administer') ? (
        <section class="card">
          <p class="note">{word('auditHelp')}</p>
          <Search onSearch={setAsked} />
          <Found key={auditQuery(asked)} asked={asked} />
        </section>
      ) : (
        <p class="note">{word('mayNotSee')}</p>
      )}
    </div>
  );
}

function Search({ onSearch }: { readonly onSearch: (asked: AuditAsked) => void }) {
  const { word, language } = useAppContext();
  const [typed, setTyped] = useState(NOTHING);
  const put = (change: Partial<AuditAsked>) => setTyped({ ...typed, ...change });
  /** A selection searches at once; typed text only when submitted. */
  const choose = (change: Partial<AuditAsked>) => {
    put(change);
    onSearch({ ...typed, ...change });
  };
  return (
    <search>
      <form
        class="audit-search"
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(typed);
        }}
      >
        <label>
          {word('who')}
          <input
            type="search"
            value={typed.who}
            maxLength={64}
            onInput={(event) => put({ who: event.currentTarget.value })}
          />
        </label>
        <label>
          {word('where')}
          <input
            type="search"
            value={typed.where}
            maxLength={100}
            onInput={(event) => put({ where: event.currentTarget.value })}
          />
        </label>
        <Choice
          label={word('what')}
          value={typed.what}
          options={[
            ['', word('allActions')],
            ...Object.entries(GROUP_LABELS).map(([group, label]) => [group, label[language]] as const),
          ]}
          onChoose={(what) => choose({ what })}
        />
        <Choice
          label={word('when')}
          value={typed.from}
          options={SPANS.map(([span, zh, en]) => [span, language === 'zh' ? zh : en] as const)}
          onChoose={(from) => choose({ from })}
        />
        <button type="submit" class="primary">
          {word('search')}
        </button>
        <a class="button" href={`/api/v1/audit?format=csv&${auditQuery(typed)}`} download="audit.csv">
          CSV
        </a>
      </form>
    </search>
  );
}

function Found({ asked }: { readonly asked: AuditAsked }) {
  const { word } = useAppContext();
  const [rows, setRows] = useState<readonly AuditRow[]>();
  const [next, setNext] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const load = useCallback(
    (before?: string) =>
      loadAudit({ ...asked, before }).then(
        (page) => {
          setRows((known = []) => (before === undefined ? page.audit : [...known, ...page.audit]));
          setNext(page.next);
        },
        (error: Error) => setProblem(error.message),
      ),
    [asked],
  );
  useEffect(() => void load(), [load]);
  if (rows === undefined) return <p role="status">{problem ?? word('loading')}</p>;
  return (
    <>
      {rows.length === 0 && <p role="status">{word('nothingFound')}</p>}
      <ol class="audit">
        {rows.map((row) => (
          <AuditEntry key={row.id} row={row} />
        ))}
      </ol>
      <p role="status" class="problem">
        {problem}
      </p>
      {next !== undefined && (
        <button type="button" onClick={() => void load(next)}>
          {word('more')}
        </button>
      )}
    </>
  );
}

export function AuditEntry({ row }: { readonly row: AuditRow }) {
  const { word, language } = useAppContext();
  const { at, who, what, where, from, before, after, code, more } = row;
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <li data-what={what}>
      <p class="record-head">
        <time dateTime={new Date(at).toISOString()}>
          {formatDay(at, language)} {formatSeconds(at)}
        </time>
        <b>{who.name || who.id || word('unknown')}</b>
        <span class={code === undefined ? undefined : 'refusal'}>{ACTION_LABELS[what][language]}</span>
        {where !== undefined && <span class="audit-where">{where}</span>}
        {code !== undefined && <code>{code}</code>}
        {more !== undefined && <span class="note">+{more}</span>}
      </p>
      {(names.length > 0 || from !== undefined) && (
        <details>
          <summary>{word('more')}</summary>
          <dl class="audit-changes">
            {names.map((name) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  {before !== undefined && name in before && (
                    <del>
                      <Value name={name} value={before[name]} />
                    </del>
                  )}{' '}
                  {after !== undefined && name in after && (
                    <ins>
                      <Value name={name} value={after[name]} />
                    </ins>
                  )}
                </dd>
              </div>
            ))}
            {from !== undefined && (
              <div>
                <dt>IP</dt>
                <dd>{from}</dd>
              </div>
            )}
          </dl>
        </details>
      )}
    </li>
  );
}

/** Roles in words; anything else as it is. */
function Value({ name, value }: { readonly name: string; readonly value: unknown }) {
  if (name === 'grants' && Array.isArray(value)) return <GrantWords grants={value as readonly Grant[]} />;
  return <>{typeof value === 'string' ? value : JSON.stringify(value)}</>;
}
