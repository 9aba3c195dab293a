/** Wall screens, signed in by a link and for good. */
import { useState } from 'preact/hooks';
import { EVERY_PARK } from '../../../people/roles.ts';
import { useAppContext } from '../feed/app-context.ts';
import { addScreen, loadScreens, type OneTimeLink as MadeLink, removeScreen, screenLink } from '../feed/people.ts';
import { AddForm } from './add-form.tsx';
import { Choice } from './choice.tsx';
import { OneTimeLink } from './one-time.tsx';
import { RemoveButton } from './remove-button.tsx';
import { useLoaded } from './use-loaded.ts';

export function WallScreens() {
  const { word, language, state } = useAppContext();
  const { value = [], run, isBusy, problem } = useLoaded(loadScreens);
  const [name, setName] = useState('');
  const [park, setPark] = useState(EVERY_PARK);
  const [made, setMade] = useState<{ readonly name: string; readonly link: MadeLink }>();
  const show = (title: string, link: MadeLink | undefined) => link && setMade({ name: title, link });
  const submit = async () => {
    show(name, await run(() => addScreen(name.trim(), park === EVERY_PARK ? undefined : [park])));
    setName('');
  };
  return (
    <section class="card" aria-labelledby="screens-title">
      <h2 id="screens-title">{word('screens')}</h2>
      <ul class="rows">
        {value.map((screen) => (
          <li key={screen.id}>
            <div class="row-main">
              <b>{screen.name}</b> <span class="note">{word(screen.isSignedIn ? 'onAir' : 'offAir')}</span>
            </div>
            <div class="row-actions">
              <button
                type="button"
                disabled={isBusy}
                aria-label={`${word('openSignIn')} ${screen.name}`}
                onClick={() => void run(() => screenLink(screen.id)).then((link) => show(screen.name, link))}
              >
                {word('openSignIn')}
              </button>
              <RemoveButton
                text={word('remove')}
                of={screen.name}
                isDisabled={isBusy}
                onRemove={() => void run(() => removeScreen(screen.id))}
              />
            </div>
          </li>
        ))}
      </ul>
      <AddForm title={word('addScreen')} isBusy={isBusy} onSubmit={submit}>
        <label>
          {word('whereItHangs')}
          <input value={name} required maxLength={50} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <Choice
          label={word('park')}
          value={park}
          options={[
            [EVERY_PARK, word('allParks')],
            ...state.catalog.parks.map(({ id, label }) => [id, label[language]] as const),
          ]}
          onChoose={setPark}
        />
      </AddForm>
      <p role="status" class="problem">
        {problem}
      </p>
      {made && <OneTimeLink key={made.link.link} title={made.name} link={made.link} />}
    </section>
  );
}
