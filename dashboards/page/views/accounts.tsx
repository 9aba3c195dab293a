/** Accounts: add with a link, change roles, remove. */
import { useState } from 'preact/hooks';
import type { Grant } from '../../../people/roles.ts';
import { formatAge } from '../../../sensors/format.ts';
import { useAppContext, useLanguage } from '../feed/app-context.ts';
import {
  addPerson,
  changePerson,
  loadPeople,
  type OneTimeLink as MadeLink,
  type Person,
  passwordLink,
  removePerson,
  resetSecondFactor,
} from '../feed/people.ts';
import { AddForm } from './add-form.tsx';
import { GrantsField, GrantWords } from './grants-field.tsx';
import { OneTimeLink } from './one-time.tsx';
import { RemoveButton } from './remove-button.tsx';
import { type Loaded, useLoaded } from './use-loaded.ts';

const FIRST: readonly Grant[] = [{ role: 'operator', park: '*' }];

export function Accounts() {
  const { word } = useAppContext();
  const people = useLoaded(loadPeople);
  const [made, setMade] = useState<{ readonly title: string; readonly link: MadeLink }>();
  const { value = [], problem } = people;
  const show = (title: string, link: MadeLink | undefined) => link && setMade({ title, link });
  return (
    <section class="card" aria-labelledby="accounts-title">
      <h2 id="accounts-title">{word('accounts')}</h2>
      <ul class="rows">
        {value.map((person) => (
          <Row key={person.user} person={person} people={people} onLink={show} />
        ))}
      </ul>
      <Add people={people} onLink={show} />
      <p role="status" class="problem">
        {problem}
      </p>
      {made && <OneTimeLink key={made.link.link} title={made.title} link={made.link} />}
    </section>
  );
}

interface RowProps {
  readonly person: Person;
  readonly people: Loaded<readonly Person[]>;
  readonly onLink: (title: string, link: MadeLink | undefined) => void;
}

function Row({ person, people: { run, isBusy }, onLink }: RowProps) {
  const { word, language, now } = useAppContext();
  const { user, name, grants, hasPassword, hasSecondFactor, isBound, lastSignInAt } = person;
  const [edited, setEdited] = useState<readonly Grant[]>();
  const [email, setEmail] = useState(person.email ?? '');
  const when = lastSignInAt === undefined ? word('neverSignedIn') : formatAge(now - lastSignInAt, language);
  return (
    <li data-user={user}>
      <div class="row-main">
        <b>{name}</b> <span class="note">{user}</span>
        <p>
          <GrantWords grants={grants} />
        </p>
        <p class="note">
          {[
            hasPassword || isBound ? when : word('notYetJoined'),
            isBound && word('boundToProvider'),
            hasSecondFactor && word('secondFactor'),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <div class="row-actions">
        <button
          type="button"
          aria-expanded={edited !== undefined}
          aria-label={`${word('edit')} ${name}`}
          onClick={() => setEdited(edited === undefined ? grants : undefined)}
        >
          {word('edit')}
        </button>
        <button
          type="button"
          disabled={isBusy}
          aria-label={`${word('newLink')} ${name}`}
          onClick={() => void run(() => passwordLink(user)).then((link) => onLink(name, link))}
        >
          {word('newLink')}
        </button>
        {hasSecondFactor && (
          <RemoveButton
            text={word('resetSecondFactor')}
            of={name}
            isDisabled={isBusy}
            onRemove={() => void run(() => resetSecondFactor(user))}
          />
        )}
        <RemoveButton
          text={word('remove')}
          of={name}
          isDisabled={isBusy}
          onRemove={() => void run(() => removePerson(user))}
        />
      </div>
      {edited !== undefined && (
        <form
          class="row-form"
          onSubmit={(event) => {
            event.preventDefault();
            const isMoved = email.trim() !== (person.email ?? '');
            const change = { grants: edited, ...(isMoved && { email: email.trim() }) };
            void run(() => changePerson(user, change)).then(() => setEdited(undefined));
          }}
        >
          <GrantsField grants={edited} onChange={setEdited} />
          <EmailField value={email} onInput={setEmail} />
          <button type="submit" class="primary" disabled={isBusy}>
            {word('savePerson')}
          </button>
        </form>
      )}
    </li>
  );
}

function Add({ people: { run, isBusy }, onLink }: Omit<RowProps, 'person'>) {
  const { word } = useAppContext();
  const [user, setUser] = useState('');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [grants, setGrants] = useState(FIRST);
  const submit = async () => {
    const mail = email.trim();
    const person = { user: user.trim(), name: name.trim(), grants, ...(mail !== '' && { email: mail }) };
    const made = await run(() => addPerson(person));
    if (made === undefined) return;
    onLink(made.person.name, made);
    setUser('');
    setName('');
    setEmail('');
    setGrants(FIRST);
  };
  return (
    <AddForm title={word('addPerson')} isBusy={isBusy} onSubmit={submit}>
      <label>
        {word('userName')}
        <input
          value={user}
          required
          maxLength={32}
          pattern="[a-z0-9][a-z0-9._\-]{1,31}"
          autocapitalize="none"
          autocomplete="off"
          onInput={(event) => setUser(event.currentTarget.value)}
        />
      </label>
      <label>
        {word('fullName')}
        <input
          value={name}
          required
          maxLength={50}
          autocomplete="off"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <EmailField value={email} onInput={setEmail} />
      <GrantsField grants={grants} onChange={setGrants} />
    </AddForm>
  );
}

function EmailField({ value, onInput }: { readonly value: string; readonly onInput: (value: string) => void }) {
  const { word } = useLanguage();
  return (
    <label>
      {word('email')}
      <input
        type="email"
        value={value}
        maxLength={254}
        autocomplete="off"
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
