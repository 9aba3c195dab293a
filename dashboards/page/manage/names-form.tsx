/** Form for the Chinese and the English name. */
import { useState } from 'preact/hooks';
import type { Label } from '../../../sensors/label.ts';
import { useLanguage } from '../feed/app-context.ts';
import { TextField } from './fields.tsx';

interface Props {
  readonly label: Label;
  readonly isBusy: boolean;
  readonly onSave: (label: Label) => void;
}

export function NamesForm({ label, isBusy, onSave }: Props) {
  const { word } = useLanguage();
  const [typed, setTyped] = useState(label);
  return (
    <form
      class="row-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSave({ zh: typed.zh.trim(), en: typed.en.trim() });
      }}
    >
      <TextField label={word('chineseName')} value={typed.zh} onInput={(zh) => setTyped({ ...typed, zh })} />
      <TextField label={word('englishName')} value={typed.en} onInput={(en) => setTyped({ ...typed, en })} />
      <button type="submit" class="primary" disabled={isBusy}>
        {word('save')}
      </button>
    </form>
  );
}
