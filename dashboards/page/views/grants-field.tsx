/** Roles per park, as rows of two selections. */
import { EVERY_PARK, type Grant, ROLES, type Role } from '../../../people/roles.ts';
import { useAppContext } from '../feed/app-context.ts';
import { ROLE_LABELS } from '../language/people-words.ts';
import { Choice } from './choice.tsx';

interface Props {
  readonly grants: readonly Grant[];
  readonly onChange: (grants: readonly Grant[]) => void;
}

export function GrantsField({ grants, onChange }: Props) {
  const { word, language, state } = useAppContext();
  const parks: (readonly [string, string])[] = [
    [EVERY_PARK, word('allParks')],
    ...state.catalog.parks.map(({ id, label }) => [id, label[language]] as const),
  ];
  const roles = ROLES.map((role) => [role, ROLE_LABELS[role][language]] as const);
  const put = (index: number, change: Partial<Grant>) =>
    onChange(grants.map((grant, at) => (at === index ? { ...grant, ...change } : grant)));
  return (
    <fieldset class="grants">
      <legend>{word('role')}</legend>
      {grants.map(({ role, park }, index) => (
        <div key={index} class="grant">
          <Choice
            label={word('role')}
            value={role}
            options={roles}
            onChoose={(chosen) => put(index, { role: chosen as Role })}
          />
          <Choice
            label={word('park')}
            value={park}
            options={parks}
            onChoose={(chosen) => put(index, { park: chosen })}
          />
          {grants.length > 1 && (
            <button
              type="button"
              aria-label={word('removeRole')}
              onClick={() => onChange(grants.filter((_, at) => at !== index))}
            >
              ×
            </button>
          )}
        </div>
      ))}
      <button type="button" onClick={() => onChange([...grants, { role: 'viewer', park: EVERY_PARK }])}>
        {word('addRole')}
      </button>
    </fieldset>
  );
}

export function GrantWords({ grants }: { readonly grants: readonly Grant[] }) {
  const { word, language, state } = useAppContext();
  const nameOf = (park: string) =>
    park === EVERY_PARK
      ? word('allParks')
      : (state.catalog.parks.find(({ id }) => id === park)?.label[language] ?? park);
  return (
    <span class="grant-words">
      {grants
        .map(({ role, park }) => `${ROLE_LABELS[role][language]} · ${nameOf(park)}`)
        .join(language === 'zh' ? '；' : '; ')}
    </span>
  );
}
