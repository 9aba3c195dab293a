/** The name under which somebody acts: their own where they signed in with an account; else asked for once and kept on this phone. */
import { useAppContext } from '../feed/app-context.ts';
import { useMe } from '../feed/people.ts';

const NAME_KEY = 'name';

export const nameKept = () => localStorage.getItem(NAME_KEY) ?? '';
export const keepName = (name: string) => localStorage.setItem(NAME_KEY, name);
export const named = (name: string) => (name.trim() === '' ? {} : { by: name.trim() });

interface Props {
  readonly name: string;
  readonly onName: (name: string) => void;
}

export function NameField({ name, onName }: Props) {
  const { word } = useAppContext();
  const me = useMe();
  const isPerson = me?.kind === 'person';
  return (
    <label>
      {word('yourName')}
      <input
        value={isPerson ? me.name : name}
        readOnly={isPerson}
        maxLength={64}
        autocomplete="name"
        placeholder={word('operator')}
        onInput={(event) => onName(event.currentTarget.value)}
      />
    </label>
  );
}
