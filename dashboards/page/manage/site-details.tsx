/** Names, threshold profile, position and history of a site. */
import { useState } from 'preact/hooks';
import type { Site } from '../../../registry/registry.ts';
import { useAppContext } from '../feed/app-context.ts';
import { changeSite } from '../feed/places.ts';
import type { Action } from '../views/use-action.ts';
import { Changes } from './changes.tsx';
import { NumberField, SelectField, TextField } from './fields.tsx';
import { profileChoices } from './profile-choices.ts';

interface Props {
  readonly site: Site;
  readonly action: Action;
  readonly onSaved: () => void;
}

export function SiteDetails({ site, action: { run, isBusy }, onSaved }: Props) {
  const { word, language, state } = useAppContext();
  const [label, setLabel] = useState(site.label);
  const [profile, setProfile] = useState(site.profile ?? '');
  const [latitude, setLatitude] = useState(site.latitude?.toString() ?? '');
  const [longitude, setLongitude] = useState(site.longitude?.toString() ?? '');
  const [elevation, setElevation] = useState(site.elevation?.toString() ?? '');
  const here = state.catalog.devices.filter((each) => each.park === site.park && each.site === site.id);
  // A profile for other kinds than those at this site would have no effect.
  const fitting = state.catalog.profiles.filter(
    ({ name, kinds }) => here.length === 0 || name === site.profile || here.some(({ kind }) => kinds.includes(kind)),
  );
  const position = (text: string) => (text === '' ? null : Number(text));
  const submit = async () => {
    const change = {
      label,
      profile: profile === '' ? null : profile,
      latitude: position(latitude),
      longitude: position(longitude),
      elevation: position(elevation),
    };
    if ((await run(() => changeSite(site.park, site.id, change))) !== undefined) onSaved();
  };
  return (
    <div class="row-part">
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField label={word('chineseName')} value={label.zh} onInput={(zh) => setLabel({ ...label, zh })} />
        <TextField label={word('englishName')} value={label.en} onInput={(en) => setLabel({ ...label, en })} />
        <SelectField
          label={word('profileField')}
          value={profile}
          groups={[{ options: [['', word('noProfile')], ...profileChoices(fitting, language)] }]}
          onChoose={setProfile}
        />
        <NumberField label={word('latitude')} value={latitude} onInput={setLatitude} min={-90} max={90} step="any" />
        <NumberField
          label={word('longitude')}
          value={longitude}
          onInput={setLongitude}
          min={-180}
          max={180}
          step="any"
        />
        <NumberField
          label={word('elevation')}
          value={elevation}
          onInput={setElevation}
          min={-160}
          max={6000}
          step="any"
        />
        <button type="submit" class="primary" disabled={isBusy}>
          {word('save')}
        </button>
      </form>
      <Changes park={site.park} id={site.id} what="site" />
    </div>
  );
}
