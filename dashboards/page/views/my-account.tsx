/** The signed-in identity: name, roles, password, sessions, sign-out. */
import { useState } from 'preact/hooks';
import { formatAge } from '../../../sensors/format.ts';
import { useAppContext } from '../feed/app-context.ts';
import { changePassword, endSession, loadSessions, type Me } from '../feed/people.ts';
import { AddForm } from './add-form.tsx';
import { GrantWords } from './grants-field.tsx';
import { SecondFactor } from './second-factor.tsx';
import { useLoaded } from './use-loaded.ts';
import { nameOf } from './who-i-am.tsx';

export function MyAccount({ me }: { readonly me: Me }) {
  const { word } = useAppContext();
  return (
    <section class="card" aria-labelledby="me-title">
      <h2 id="me-title">
        {word('signedInAs')}: {nameOf(me, word)}
      </h2>
      <p>
        {word('rolesHere')}: <GrantWords grants={me.grants} />
      </p>
      {me.mayMakeFirstAccount && (
        <p>
          <a class="button primary" href="/join">
            {word('makeFirstAccount')}
          </a>
        </p>
      )}
      {me.kind === 'link' && (
        <p class="note">
          {word('needsAccount')} <a href={`/sign-in${location.hash}`}>{word('openSignIn')}</a>
        </p>
      )}
      {me.kind === 'person' && <Password />}
      {me.secondFactor !== undefined && <SecondFactor at={me.secondFactor} />}
      <Sessions />
      <form method="post" action="/sign-out">
        <button type="submit">{word('signOut')}</button>
      </form>
    </section>
  );
}

function Password() {
  const { word } = useAppContext();
  const { run, isBusy, problem } = useLoaded(nothing);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [isDone, setDone] = useState(false);
  const submit = async () => {
    setDone(false);
    const answer = await run(async () => {
      await changePassword(current, next);
      return true;
    });
    if (answer !== true) return;
    setDone(true);
    setCurrent('');
    setNext('');
  };
  return (
    <AddForm
      title={word('changePassword')}
      isBusy={isBusy}
      onSubmit={submit}
      status={<p role="status">{problem ?? (isDone ? word('passwordChanged') : '')}</p>}
    >
      <label>
        {word('currentPassword')}
        <input
          type="password"
          value={current}
          required
          autocomplete="current-password"
          onInput={(event) => setCurrent(event.currentTarget.value)}
        />
      </label>
      <label>
        {word('nextPassword')}
        <input
          type="password"
          value={next}
          required
          minLength={12}
          maxLength={128}
          autocomplete="new-password"
          onInput={(event) => setNext(event.currentTarget.value)}
        />
      </label>
    </AddForm>
  );
}

const nothing = async () => undefined;

function Sessions() {
  const { word, language, now } = useAppContext();
  const { value = [], run, isBusy, problem } = useLoaded(loadSessions);
  if (value.length === 0) return null;
  return (
    <details class="add">
      <summary>
        {word('sessions')} ({value.length})
      </summary>
      <ul class="rows">
        {value.map(({ id, kind, who, agent, address, seenAt, isThis }) => (
          <li key={id}>
            <div class="row-main">
              <b>{kind === 'link' ? word('anonymous') : who}</b>{' '}
              {isThis && <span class="note">{word('thisDevice')}</span>}
              <p class="note">
                {browserOf(agent)} · {address} · {word('lastUsed')} {formatAge(Math.max(0, now - seenAt), language)}
              </p>
            </div>
            {!isThis && (
              <div class="row-actions">
                <button
                  type="button"
                  disabled={isBusy}
                  aria-label={`${word('endSession')} ${who} ${browserOf(agent)}`}
                  onClick={() => void run(() => endSession(id))}
                >
                  {word('endSession')}
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
      <p role="status" class="problem">
        {problem}
      </p>
    </details>
  );
}

/** Browser and system from a user agent, to tell sessions apart. */
function browserOf(agent: string): string {
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(agent)?.[0];
  const browser = /MicroMessenger|Edg|Firefox|Chrome|Safari/.exec(agent)?.[0];
  return [browser === 'MicroMessenger' ? '微信' : browser, system].filter(Boolean).join(' · ') || agent.slice(0, 30);
}
