/** The form of a correction; it begins with the time that the charts show. */
import { useState } from 'preact/hooks';
import { isoOf } from '../../../base/beijing-time.ts';
import type { RequestFailed } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { ALL_FIELDS, type CorrectionMethod, newRecordId, sendCorrection } from '../feed/journal.ts';
import { RANGE_MS } from '../feed/route.ts';
import type { Word } from '../language/words.ts';
import { keepName, NameField, named, nameKept } from '../views/acting-name.tsx';
import { fieldOf, timeOf } from './moments.ts';
import type { SiteJournal } from './use-site-journal.ts';

/** What stands in the form already. */
export interface Draft {
  readonly device?: string;
  readonly field?: string;
  readonly from?: number;
  readonly to?: number;
  readonly method?: CorrectionMethod;
}

interface Props {
  readonly journal: SiteJournal;
  readonly devices: readonly DeviceCard[];
  readonly draft: Draft;
  readonly onEnd: () => void;
}

type MethodName = CorrectionMethod['is'];
const METHODS: readonly MethodName[] = ['invalidate', 'offset', 'scale', 'drift', 'clock', 'swap'];
/** They move whole readings. */
const isWhole = (method: MethodName) => method === 'clock' || method === 'swap';
/** What each method asks for, by the name of its parameter. */
const PARAMETERS: Readonly<Record<MethodName, readonly (readonly [name: string, word: Word])[]>> = {
  invalidate: [],
  offset: [['add', 'addValue']],
  scale: [['factor', 'factor']],
  drift: [
    ['startError', 'startError'],
    ['endError', 'endError'],
  ],
  clock: [['minutes', 'minutesLater']],
  swap: [],
};
/** Words of the methods; a swap has another of the same name. */
const NAMES: Readonly<Record<MethodName, Word>> = {
  ...{ invalidate: 'invalidate', offset: 'offset', scale: 'scale', drift: 'drift' },
  ...{ clock: 'clockWasOff', swap: 'devicesSwapped' },
};

export function CorrectionForm({ journal, devices, draft, onEnd }: Props) {
  const { word, language, route, fleet, state } = useAppContext();
  const [shownFrom, shownTo] = route.window ?? [fleet.now() - RANGE_MS[route.range], fleet.now()];
  const [device, setDevice] = useState(draft.device ?? devices[0]?.device.device ?? '');
  const card = devices.find((each) => each.device.device === device);
  const [field, setField] = useState(draft.field ?? card?.kind.primary[0] ?? '');
  const [from, setFrom] = useState(fieldOf(draft.from ?? shownFrom));
  const [to, setTo] = useState(fieldOf(draft.to ?? shownTo));
  const [method, setMethod] = useState<MethodName>(draft.method?.is ?? 'offset');
  const [parameters, setParameters] = useState(() => textsOf(draft.method));
  // The same kind anywhere in the park: probes are taken for one another between ponds.
  const twins = state.catalog.devices.filter(
    (each) => each.park === journal.park && each.kind === card?.kind.name && each.device !== device,
  );
  const [chosen, setChosen] = useState(draft.method?.is === 'swap' ? draft.method.with : undefined);
  const other = twins.some((each) => each.device === chosen) ? (chosen ?? '') : (twins[0]?.device ?? '');
  const [reason, setReason] = useState('');
  const [evidence, setEvidence] = useState('');
  const [name, setName] = useState(nameKept);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function save(): Promise<void> {
    const [begin, end] = [timeOf(from), timeOf(to)];
    if (begin === undefined || end === undefined) return;
    setBusy(true);
    keepName(name);
    try {
      await sendCorrection({
        id: newRecordId(),
        ...{ park: journal.park, device, field: isWhole(method) ? ALL_FIELDS : field },
        ...{ from: isoOf(begin), to: isoOf(end), method: methodOf(method, parameters, other) },
        reason: reason.trim(),
        ...(evidence.trim() !== '' && { evidence: evidence.trim() }),
        ...named(name),
      });
      onEnd();
    } catch (error) {
      const { status, message } = error as RequestFailed;
      setProblem(status === 0 ? word('notReached') : message);
      setBusy(false);
    }
  }

  const unit = card?.kind.fields.find((each) => each.name === field)?.symbol ?? '';
  return (
    <form
      class="event-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {devices.length > 1 && (
        <label>
          {word('chooseDevice')}
          <select value={device} onChange={(event) => setDevice(event.currentTarget.value)}>
            {devices.map((each) => (
              <option key={each.key} value={each.device.device}>
                {each.device.label?.[language] ?? each.device.device}
              </option>
            ))}
          </select>
        </label>
      )}
      {!isWhole(method) && (
        <label>
          {word('field')}
          <select required value={field} onChange={(event) => setField(event.currentTarget.value)}>
            {card?.kind.fields.map((each) => (
              <option key={each.name} value={each.name}>
                {each.label[language]}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {word('fromTime')} ({word('beijing')})
        <input
          type="datetime-local"
          required
          value={from}
          max={to}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label>
        {word('toTime')} ({word('beijing')})
        <input
          type="datetime-local"
          required
          value={to}
          min={from}
          onInput={(event) => setTo(event.currentTarget.value)}
        />
      </label>
      <label>
        {word('method')}
        <select value={method} onChange={(event) => setMethod(event.currentTarget.value as MethodName)}>
          {METHODS.filter((each) => each !== 'swap' || twins.length > 0).map((each) => (
            <option key={each} value={each}>
              {word(NAMES[each])}
            </option>
          ))}
        </select>
      </label>
      {method === 'swap' && (
        <label>
          {word('swappedWith')}
          <select required value={other} onChange={(event) => setChosen(event.currentTarget.value)}>
            {twins.map((each) => (
              <option key={each.device} value={each.device}>
                {each.label?.[language] ?? each.device}
              </option>
            ))}
          </select>
        </label>
      )}
      {PARAMETERS[method].map(([each, label]) => (
        <label key={each}>
          {word(label)}
          {each !== 'factor' && each !== 'minutes' && unit !== '' && ` (${unit})`}
          <input
            type="number"
            step="any"
            inputMode="decimal"
            required
            value={parameters[each] ?? ''}
            onInput={(event) => setParameters({ ...parameters, [each]: event.currentTarget.value })}
          />
        </label>
      ))}
      <label>
        {word('correctionReason')}
        <input
          required
          pattern=".*\S.*"
          maxLength={500}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <label>
        {word('evidence')}
        <input maxLength={2000} value={evidence} onInput={(event) => setEvidence(event.currentTarget.value)} />
      </label>
      <NameField name={name} onName={setName} />
      <p class="event-buttons">
        <button type="submit" class="primary" disabled={isBusy}>
          {word('saveCorrection')}
        </button>
        <button type="button" onClick={onEnd}>
          {word('cancel')}
        </button>
      </p>
      <p role="status" class="problem">
        {problem}
      </p>
    </form>
  );
}

function textsOf(method: CorrectionMethod | undefined): Readonly<Record<string, string>> {
  if (method?.is === 'clock') return { minutes: String(method.seconds / 60) };
  const { is: _, ...parameters } = method ?? { is: 'invalidate' };
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}

function methodOf(name: MethodName, texts: Readonly<Record<string, string>>, other: string): CorrectionMethod {
  const number = (parameter: string) => Number(texts[parameter]);
  switch (name) {
    case 'invalidate':
      return { is: name };
    case 'offset':
      return { is: name, add: number('add') };
    case 'scale':
      return { is: name, factor: number('factor') };
    case 'drift':
      return { is: name, startError: number('startError'), endError: number('endError') };
    case 'clock':
      return { is: name, seconds: Math.round(number('minutes') * 60) };
    case 'swap':
      return { is: name, with: other };
  }
}
