/** Disable, retire or delete a device: from the easily reversible to the irreversible. */
import { useAppContext } from '../feed/app-context.ts';
import { type DeviceInfo, labelOf } from '../feed/catalog.ts';
import { changeDevice } from '../feed/places.ts';
import { useAction } from '../views/use-action.ts';
import { DeleteDevice } from './delete-device.tsx';

interface Props {
  readonly device: DeviceInfo;
}

export function DeviceEnd({ device }: Props) {
  const { word, language, fleet } = useAppContext();
  const action = useAction(fleet.reload);
  const { run, isBusy, problem } = action;
  const { park, device: id, isDisabled, retiredAt } = device;
  const name = labelOf(device.label, id)[language];
  const isOut = isDisabled === true || retiredAt !== undefined;
  const change = (what: Parameters<typeof changeDevice>[2]) => void run(() => changeDevice(park, id, what));
  return (
    <section class="card" aria-labelledby="end-title">
      <h2 id="end-title">{word('lifecycle')}</h2>
      <ul class="rows">
        {isOut ? (
          <li>
            <p class="row-main">{word(retiredAt === undefined ? 'disabled' : 'retired')}</p>
            <button
              type="button"
              disabled={isBusy}
              aria-label={`${word('enable')} ${name}`}
              onClick={() => change({ isDisabled: false, isRetired: false })}
            >
              {word('enable')}
            </button>
          </li>
        ) : (
          <>
            <li>
              <p class="row-main">{word('disableNote')}</p>
              <button
                type="button"
                disabled={isBusy}
                aria-label={`${word('disable')} ${name}`}
                onClick={() => change({ isDisabled: true })}
              >
                {word('disable')}
              </button>
            </li>
            <li>
              <p class="row-main">{word('retireNote')}</p>
              <button
                type="button"
                disabled={isBusy}
                aria-label={`${word('retire')} ${name}`}
                onClick={() => change({ isRetired: true })}
              >
                {word('retire')}
              </button>
            </li>
          </>
        )}
        <DeleteDevice device={device} action={action} />
      </ul>
      <p role="status" class="problem">
        {problem}
      </p>
    </section>
  );
}
