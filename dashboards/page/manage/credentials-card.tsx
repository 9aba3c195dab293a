/** New credentials for a device, or for replacement hardware. */
import { useState } from 'preact/hooks';
import type { Kind } from '../../../sensors/kind.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceInfo } from '../feed/catalog.ts';
import {
  changeDevice,
  type DeviceCredentials,
  loadModels,
  type Model,
  rotatePassword,
  setMapping,
} from '../feed/places.ts';
import { formatDay, formatSeconds } from '../language/format-time.ts';
import type { Word } from '../language/words.ts';
import { useAction } from '../views/use-action.ts';
import { useLoaded } from '../views/use-loaded.ts';
import { SelectField } from './fields.tsx';
import { ShownCredentials } from './shown-credentials.tsx';

interface Props {
  readonly device: DeviceInfo;
  readonly kind: Kind | undefined;
}

const OVERLAPS: readonly (readonly [minutes: string, word: Word])[] = [
  ['1440', 'overlapDay'],
  ['60', 'overlapHour'],
  ['10080', 'overlapWeek'],
  ['0', 'overlapNone'],
];

export function CredentialsCard({ device, kind }: Props) {
  const { word, language, fleet } = useAppContext();
  const { run, isBusy, problem } = useAction(fleet.reload);
  const { value: models = [] } = useLoaded(loadModels);
  const [overlap, setOverlap] = useState('1440');
  const [model, setModel] = useState('');
  const [made, setMade] = useState<DeviceCredentials>();
  /** The new password is in force, but the settings of the new model were not saved. */
  const [isHalf, setHalf] = useState(false);
  const { park, device: id, oldPasswordValidUntil } = device;
  const fitting = models.filter((each) => each.kind === device.kind);
  const chosen = fitting.find((each) => each.model === model);
  return (
    <section class="card" aria-labelledby="credentials-title">
      <h2 id="credentials-title">{word('credentials')}</h2>
      <p class="note">{word('credentialsNote')}</p>
      {oldPasswordValidUntil !== undefined && (
        <p class="note">
          {word('oldValidUntil')} {formatDay(oldPasswordValidUntil, language)}{' '}
          {formatSeconds(oldPasswordValidUntil).slice(0, 5)}
        </p>
      )}
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          setHalf(false);
          void run(async () => setMade(await rotatePassword(park, id, Number(overlap))));
        }}
      >
        <SelectField
          label={word('overlapField')}
          value={overlap}
          groups={[{ options: OVERLAPS.map(([minutes, name]) => [minutes, word(name)]) }]}
          onChoose={setOverlap}
        />
        <button type="submit" disabled={isBusy}>
          {word('newPassword')}
        </button>
      </form>
      <details class="add">
        <summary>{word('replaceHardware')}</summary>
        <p class="note">{word('replaceNote')}</p>
        <form
          class="row-form"
          onSubmit={(event) => {
            event.preventDefault();
            setHalf(false);
            void run(async () => {
              await replace(device, chosen, (credentials) => {
                setMade(credentials);
                setHalf(true);
              });
              setHalf(false);
            });
          }}
        >
          <SelectField
            label={word('deviceField')}
            value={model}
            groups={[
              {
                options: [
                  ['', word('sameModel')],
                  ...fitting.map((each) => [each.model, each.label[language]] as const),
                ],
              },
            ]}
            onChoose={setModel}
          />
          <button type="submit" class="primary" disabled={isBusy}>
            {word('replaceHardware')}
          </button>
        </form>
      </details>
      <p role="status" class="problem">
        {problem !== undefined && isHalf ? `${word('replacedHalf')} ${problem}` : problem}
      </p>
      {made && <ShownCredentials key={made.password} credentials={made} kind={kind} />}
    </section>
  );
}

/**
 * Locks out the old unit first, so that nothing it still sends is read with the new mapping. Shows the password before anything else can fail,
 * because it cannot be shown again.
 */
async function replace(
  { park, device }: DeviceInfo,
  model: Model | undefined,
  onPassword: (credentials: DeviceCredentials) => void,
): Promise<void> {
  onPassword(await rotatePassword(park, device, 0));
  if (model === undefined) return;
  // A model without a mapping removes that of the old one.
  await setMapping(park, device, model.mapping ?? {});
  if (model.intervalMs !== undefined) await changeDevice(park, device, { intervalMs: model.intervalMs });
}
