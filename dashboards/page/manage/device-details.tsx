/** Names, site and reporting interval of a device. */
import { useState } from 'preact/hooks';
import { useAppContext } from '../feed/app-context.ts';
import { type DeviceInfo, labelOf } from '../feed/catalog.ts';
import { changeDevice } from '../feed/places.ts';
import { useAction } from '../views/use-action.ts';
import { NumberField, SelectField, TextField } from './fields.tsx';

interface Props {
  readonly device: DeviceInfo;
}

const LONGEST_SECONDS = 86_400;

export function DeviceDetails({ device }: Props) {
  const { word, language, state, fleet } = useAppContext();
  const { run, isBusy, problem } = useAction(fleet.reload);
  const [label, setLabel] = useState(labelOf(device.label, device.device));
  const [site, setSite] = useState(device.site);
  const [seconds, setSeconds] = useState(String((device.intervalMs ?? 60_000) / 1000));
  const [isSaved, setSaved] = useState(false);
  const sites = state.catalog.sites.filter(({ park }) => park === device.park);
  const kindMs = state.catalog.kinds.get(device.kind)?.intervalMs;
  const submit = async () => {
    setSaved(false);
    const intervalMs = Math.round(Number(seconds) * 1000);
    const change = {
      label,
      ...(site !== device.site && { site }),
      ...(intervalMs !== device.intervalMs && { intervalMs: intervalMs === kindMs ? null : intervalMs }),
    };
    const done = await run(() => changeDevice(device.park, device.device, change));
    setSaved(done !== undefined);
  };
  return (
    <section class="card" aria-labelledby="details-title">
      <h2 id="details-title">{word('detailsOf')}</h2>
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
          label={word('siteField')}
          value={site}
          groups={[{ options: sites.map((each) => [each.id, each.label[language]]) }]}
          onChoose={setSite}
        />
        <NumberField
          label={word('intervalField')}
          value={seconds}
          onInput={setSeconds}
          min={1}
          max={LONGEST_SECONDS}
          step="any"
          isRequired
        />
        <button type="submit" class="primary" disabled={isBusy}>
          {word('save')}
        </button>
        <p role="status" class="note">
          {isSaved && word('saved')}
        </p>
      </form>
      <p role="status" class="problem">
        {problem}
      </p>
      {site !== device.site && <p class="note">{word('moveNote')}</p>}
    </section>
  );
}
