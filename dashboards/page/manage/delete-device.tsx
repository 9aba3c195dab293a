/** Deletes a device: shows what will be lost, asks about the readings, and requires the id as confirmation. */
import { useState } from 'preact/hooks';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceInfo } from '../feed/catalog.ts';
import { loadRemoval, type Removal, removeDevice } from '../feed/places.ts';
import { formatDay } from '../language/format-time.ts';
import type { Action } from '../views/use-action.ts';
import { TextField } from './fields.tsx';

interface Props {
  readonly device: DeviceInfo;
  readonly action: Action;
}

export function DeleteDevice({ device, action }: Props) {
  const { word } = useAppContext();
  const [plan, setPlan] = useState<Removal>();
  const { park, device: id } = device;
  return (
    <li>
      <p class="row-main">{word('deleteNote')}</p>
      <button
        type="button"
        disabled={action.isBusy}
        aria-expanded={plan !== undefined}
        onClick={() =>
          plan === undefined ? void action.run(() => loadRemoval(park, id)).then(setPlan) : setPlan(undefined)
        }
      >
        {word('deleteDevice')}
      </button>
      {plan && <Plan plan={plan} device={device} action={action} />}
    </li>
  );
}

function Plan({ plan, device, action: { run, isBusy } }: Props & { readonly plan: Removal }) {
  const { word, language, go } = useAppContext();
  const [readings, setReadings] = useState<'keep' | 'remove'>('keep');
  const [typed, setTyped] = useState('');
  const { park, device: id } = device;
  const { first, last } = plan;
  const count = plan.readings.toLocaleString('en');
  const span =
    first === undefined || last === undefined ? '' : ` (${formatDay(first, language)} – ${formatDay(last, language)})`;
  const remove = async () => {
    const isGone = await run(async () => {
      await removeDevice(park, id, readings);
      return true;
    });
    if (isGone) go({ device: undefined }, 'replace');
  };
  return (
    <form
      class="row-form plan"
      onSubmit={(event) => {
        event.preventDefault();
        void remove();
      }}
    >
      <fieldset>
        <legend>
          {word('planReadings')} {count}
          {span}
          {plan.pending > 0 && ` · ${word('planPending')} ${plan.pending}`}
        </legend>
        {(['keep', 'remove'] as const).map((choice) => (
          <label key={choice} class="radio">
            <input type="radio" name="readings" checked={readings === choice} onChange={() => setReadings(choice)} />
            {word(choice === 'keep' ? 'keepReadings' : 'removeReadings')}
          </label>
        ))}
      </fieldset>
      <p class="note">{word(readings === 'keep' ? 'keepNote' : 'removeNote')}</p>
      <TextField label={`${word('typeId')} ${id}`} value={typed} onInput={setTyped} pattern={id} maxLength={64} />
      <button type="submit" class="danger" disabled={isBusy || typed !== id}>
        {word(readings === 'keep' ? 'deleteDevice' : 'deleteBoth')}
      </button>
    </form>
  );
}
