/** Tokens of programs: create with a role and an expiry, show once, revoke. */
import { useState } from 'preact/hooks';
import type { Grant } from '../../../people/roles.ts';
import { useAppContext } from '../feed/app-context.ts';
import { addToken, loadTokens, revokeToken } from '../feed/people.ts';
import { formatDay } from '../language/format-time.ts';
import { AddForm } from './add-form.tsx';
import { GrantsField, GrantWords } from './grants-field.tsx';
import { OneTime } from './one-time.tsx';
import { RemoveButton } from './remove-button.tsx';
import { useLoaded } from './use-loaded.ts';

const FIRST: readonly Grant[] = [{ role: 'viewer', park: '*' }];

export function ProgramTokens() {
  const { word, language } = useAppContext();
  const { value = [], run, isBusy, problem } = useLoaded(loadTokens);
  const [name, setName] = useState('');
  const [days, setDays] = useState('365');
  const [grants, setGrants] = useState(FIRST);
  const [made, setMade] = useState<{ readonly name: string; readonly token: string }>();
  const submit = async () => {
    const token = await run(() => addToken({ name: name.trim(), grants, days: Number(days) }));
    if (token === undefined) return;
    setMade(token);
    setName('');
  };
  return (
    <section class="card" aria-labelledby="tokens-title">
      <h2 id="tokens-title">{word('programs')}</h2>
      <ul class="rows">
        {value.map((token) => {
          const shown = token.id === 'installation' ? word('installationToken') : token.name;
          return (
            <li key={token.id}>
              <div class="row-main">
                <b>{shown}</b>
                <p>
                  <GrantWords grants={token.grants} />
                </p>
                {token.expiresAt !== undefined && (
                  <p class="note">
                    {word('validUntil')} {formatDay(token.expiresAt, language)}
                  </p>
                )}
              </div>
              <div class="row-actions">
                <RemoveButton
                  text={word('revoke')}
                  of={shown}
                  isDisabled={isBusy}
                  onRemove={() => void run(() => revokeToken(token.id))}
                />
              </div>
            </li>
          );
        })}
      </ul>
      <AddForm title={word('addToken')} isBusy={isBusy} onSubmit={submit}>
        <label>
          {word('tokenFor')}
          <input value={name} required maxLength={50} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          {word('days')}
          <input
            type="number"
            value={days}
            required
            min={1}
            max={731}
            onInput={(event) => setDays(event.currentTarget.value)}
          />
        </label>
        <GrantsField grants={grants} onChange={setGrants} />
      </AddForm>
      <p role="status" class="problem">
        {problem}
      </p>
      {made && <OneTime key={made.token} title={made.name} note={word('tokenOnce')} text={made.token} />}
    </section>
  );
}
