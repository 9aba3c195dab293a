/** Adds a site: type, name and threshold profile. */
import { useState } from 'preact/hooks';
import type { Site, SiteType } from '../../../registry/registry.ts';
import { useAppContext } from '../feed/app-context.ts';
import { addSite } from '../feed/places.ts';
import { SITE_TYPE_LABELS } from '../language/manage-words.ts';
import type { Action } from '../views/use-action.ts';
import { SelectField, SLUG_PATTERN, TextField } from './fields.tsx';
import { labelFrom, proposedId } from './names.ts';
import { profileChoices, typicalProfile } from './profile-choices.ts';

interface Props {
  readonly park: string;
  readonly action: Action;
  readonly onMade?: (site: Site) => void;
}

export function SiteForm({ park, action: { run, isBusy }, onMade }: Props) {
  const { word, language, state } = useAppContext();
  const { sites, profiles } = state.catalog;
  const [type, setType] = useState<SiteType>('pond');
  const [name, setName] = useState('');
  const [typed, setTyped] = useState<string>();
  const [chosen, setProfile] = useState<string>();
  const id =
    typed ?? proposedId(name, type, new Set(sites.filter((site) => site.park === park).map((site) => site.id)));
  const profile = chosen ?? typicalProfile(type, state.catalog);
  const submit = async () => {
    const site = await run(() =>
      addSite({ park, site: id, label: labelFrom(name), type, ...(profile !== '' && { profile }) }),
    );
    if (site === undefined) return;
    setName('');
    setTyped(undefined);
    onMade?.(site);
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
        label={word('siteTypeField')}
        value={type}
        groups={[{ options: Object.entries(SITE_TYPE_LABELS).map(([key, label]) => [key, label[language]]) }]}
        onChoose={(value) => setType(value as SiteType)}
      />
      <TextField label={word('name')} value={name} onInput={setName} />
      <SelectField
        label={word('profileField')}
        value={profile}
        groups={[{ options: [['', word('noProfile')], ...profileChoices(profiles, language)] }]}
        onChoose={setProfile}
      />
      <TextField label={word('idField')} value={id} onInput={setTyped} maxLength={64} pattern={SLUG_PATTERN} />
      <button type="submit" class="primary" disabled={isBusy}>
        {word('makeIt')}
      </button>
    </form>
  );
}
