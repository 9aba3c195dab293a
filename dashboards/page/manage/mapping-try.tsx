/** Paste a message of the device: what would be stored of it, what the device would be told, what its mapping could say. Nothing is stored. */
import { useState } from 'preact/hooks';
import type { MappingTrial } from '../../../api/routes/mapping-try.ts';
import { formatValue } from '../../../sensors/format.ts';
import type { Kind } from '../../../sensors/kind.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceInfo } from '../feed/catalog.ts';
import { setMapping, tryMapping } from '../feed/places.ts';
import { formatMoment } from '../language/format-time.ts';
import { REFUSALS } from '../language/refusals.ts';
import { useAction } from '../views/use-action.ts';

interface Props {
  readonly device: DeviceInfo;
  readonly kind: Kind | undefined;
}

const ROWS = 6;
const nothingToLoad = async () => {};

export function MappingTry({ device, kind }: Props) {
  const { word, fleet } = useAppContext();
  const trying = useAction(nothingToLoad);
  const changing = useAction(fleet.reload);
  const [text, setText] = useState('');
  const [trial, setTrial] = useState<MappingTrial>();
  const { park, device: id } = device;
  const attempt = async () => setTrial(await trying.run(() => tryMapping(park, id, text)));
  const adopt = async ({ key, target }: MappingTrial['proposals'][number]) => {
    const mapping = { ...device.mapping, keys: { ...device.mapping?.keys, [key]: target } };
    const done = await changing.run(() => setMapping(park, id, mapping));
    if (done !== undefined) await attempt();
  };
  return (
    <section class="card" aria-labelledby="try-title">
      <h2 id="try-title">{word('tryMapping')}</h2>
      <p class="note">{word('tryNote')}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void attempt();
        }}
      >
        <label>
          {word('messageField')}
          <textarea
            class="payload"
            rows={ROWS}
            value={text}
            required
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={trying.isBusy}>
          {word('tryNow')}
        </button>
      </form>
      <p role="status" class="problem">
        {trying.problem ?? changing.problem}
      </p>
      {trial !== undefined && <Outcome trial={trial} kind={kind} isBusy={changing.isBusy} onAdopt={adopt} />}
    </section>
  );
}

interface OutcomeProps {
  readonly trial: MappingTrial;
  readonly kind: Kind | undefined;
  readonly isBusy: boolean;
  readonly onAdopt: (proposal: MappingTrial['proposals'][number]) => Promise<void>;
}

function Outcome({ trial: { readings, told, proposals }, kind, isBusy, onAdopt }: OutcomeProps) {
  const { word, language } = useAppContext();
  const shown = (name: string, value: number) => {
    const field = kind?.fields.find((each) => each.name === name);
    return field === undefined ? `${name} ${value}` : `${field.label[language]} ${formatValue(field, value, language)}`;
  };
  return (
    <div class="trial" data-testid="trial">
      <h3>{word('wouldStore')}</h3>
      {readings.length === 0 && <p class="note">{word('nothingStored')}</p>}
      <ul>
        {readings.map(({ time, values }) => (
          <li key={time}>
            {formatMoment(time, language)}{' '}
            {Object.entries(values)
              .map(([name, value]) => shown(name, value))
              .join(' · ')}
          </li>
        ))}
      </ul>
      {told.length > 0 && (
        <>
          <h3>{word('wouldTell')}</h3>
          <ul>
            {told.map(({ code, field, message }) => (
              <li key={`${code} ${field}`}>
                {REFUSALS[code].label[language]} {field} <span class="note">{message}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {proposals.length > 0 && (
        <>
          <h3>{word('couldMap')}</h3>
          <ul>
            {proposals.map((proposal) => (
              <li key={JSON.stringify([proposal.key, proposal.target])}>
                <code>{proposal.key}</code> → <code>{JSON.stringify(proposal.target)}</code>{' '}
                <span class="note">{proposal.because}</span>{' '}
                <button type="button" disabled={isBusy} onClick={() => void onAdopt(proposal)}>
                  {word('adopt')}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
