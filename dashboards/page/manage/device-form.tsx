/** Adds a device to a site; its model determines kind, interval and mapping. */
import { useState } from 'preact/hooks';
import type { Site } from '../../../registry/registry.ts';
import { useAppContext } from '../feed/app-context.ts';
import { addDevice, type DeviceCredentials, type Model } from '../feed/places.ts';
import type { Action } from '../views/use-action.ts';
import { SelectField, SLUG_PATTERN, TextField } from './fields.tsx';
import { groupsOf, initialChoice, parseChoice } from './model-choices.ts';
import { labelFrom, proposedId } from './names.ts';

interface Props {
  readonly site: Pick<Site, 'park' | 'id' | 'type' | 'label'>;
  readonly models: readonly Model[];
  readonly action: Action;
  readonly onMade: (device: string, credentials: DeviceCredentials) => void;
}

export function DeviceForm({ site, models, action: { run, isBusy }, onMade }: Props) {
  const { word, language, state } = useAppContext();
  const { devices, kinds } = state.catalog;
  const [chosen, setChosen] = useState<string>();
  const [name, setName] = useState('');
  const [typed, setTyped] = useState<string>();
  const choice = chosen ?? initialChoice(site.type, kinds);
  const taken = new Set(devices.filter(({ park }) => park === site.park).map(({ device }) => device));
  const id = typed ?? proposedId(name, `${site.id}-probe`, taken);
  const submit = async () => {
    const label = labelFrom(name);
    const made = await run(() =>
      addDevice({ park: site.park, site: site.id, device: id, label, ...parseChoice(choice) }),
    );
    if (made === undefined) return;
    setName('');
    setTyped(undefined);
    onMade(id, made);
  };
  return (
    <form
      class="row-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <SelectField
        label={word('deviceField')}
        value={choice}
        groups={groupsOf(models, kinds, language, word('ownFormat'))}
        onChoose={setChosen}
      />
      <TextField label={word('name')} value={name} onInput={setName} />
      <TextField label={word('idField')} value={id} onInput={setTyped} maxLength={64} pattern={SLUG_PATTERN} />
      <button type="submit" class="primary" disabled={isBusy}>
        {word('makeIt')}
      </button>
    </form>
  );
}
