/** Adds a park; only its name is required. */
import { useState } from 'preact/hooks';
import type { Park } from '../../../registry/registry.ts';
import { useAppContext } from '../feed/app-context.ts';
import { addPark } from '../feed/places.ts';
import type { Action } from '../views/use-action.ts';
import { SLUG_PATTERN, TextField } from './fields.tsx';
import { labelFrom, proposedId } from './names.ts';

interface Props {
  readonly action: Action;
  readonly onMade?: (park: Park) => void;
}

export function ParkForm({ action: { run, isBusy }, onMade }: Props) {
  const { word, state } = useAppContext();
  const [name, setName] = useState('');
  const [typed, setTyped] = useState<string>();
  const id = typed ?? proposedId(name, 'park', new Set(state.catalog.parks.map((park) => park.id)));
  const submit = async () => {
    const park = await run(() => addPark(id, labelFrom(name)));
    if (park === undefined) return;
    setName('');
    setTyped(undefined);
    onMade?.(park);
  };
  return (
    <form
      class="row-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField label={word('name')} value={name} onInput={setName} />
      <TextField label={word('idField')} value={id} onInput={setTyped} maxLength={64} pattern={SLUG_PATTERN} />
      <button type="submit" class="primary" disabled={isBusy}>
        {word('makeIt')}
      </button>
    </form>
  );
}
