/** An event in three taps: log, what, save. What was entered last time stands in the fields already. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { isoOf } from '../../../base/beijing-time.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { OutboxFull } from '../feed/event-outbox.ts';
import { type EventField, type EventKind, type FarmEvent, newRecordId } from '../feed/journal.ts';
import type { Word } from '../language/words.ts';
import { keepName, NameField, named, nameKept } from '../views/acting-name.tsx';
import { kindsFor, unitWords } from './event-words.ts';
import { fieldOf, timeOf } from './moments.ts';
import type { SiteJournal } from './use-site-journal.ts';

interface Props {
  readonly journal: SiteJournal;
  readonly siteType: string;
  readonly devices: readonly DeviceCard[];
  /** The event that the new one takes the place of. */
  readonly corrects?: FarmEvent | undefined;
  readonly onEnd: () => void;
}

export function EventForm({ journal, siteType, devices, corrects, onEnd }: Props) {
  const { word, language } = useAppContext();
  const [kind, setKind] = useState(() => journal.kinds.find(({ name }) => name === corrects?.kind));
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  if (kind !== undefined) return <Details {...{ journal, devices, corrects, kind, onEnd }} />;
  const offered = kindsFor(journal.kinds, siteType, devices.length > 0, journal.events);
  return (
    <fieldset class="event-kinds">
      <legend>{word('whatWasDone')}</legend>
      {offered.map((each, order) => (
        <button key={each.name} ref={order === 0 ? first : null} type="button" onClick={() => setKind(each)}>
          {each.label[language]}
        </button>
      ))}
      <button type="button" class="quiet" onClick={onEnd}>
        {word('cancel')}
      </button>
    </fieldset>
  );
}

type DetailsProps = Omit<Props, 'siteType'> & { readonly kind: EventKind };

const HOUR_MS = 3_600_000;
const AGO: readonly (readonly [hours: number, word: Word])[] = [
  [0, 'justNow'],
  [1, 'hourAgo'],
  [3, 'threeHoursAgo'],
];
const OTHER = 'other';

function Details({ journal, devices, corrects, kind, onEnd }: DetailsProps) {
  const { word, language, fleet, outbox } = useAppContext();
  const before = corrects ?? journal.events.findLast((each) => each.kind === kind.name);
  const [texts, setTexts] = useState(() => textsOf(kind, before));
  const [when, setWhen] = useState(corrects ? OTHER : '0');
  const [moment, setMoment] = useState(() => fieldOf(corrects?.at ?? fleet.now()));
  const isOfDevice = kind.places.includes('device');
  const [device, setDevice] = useState(corrects?.device ?? (isOfDevice ? devices[0]?.device.device : undefined));
  const [note, setNote] = useState(corrects?.note ?? '');
  const [name, setName] = useState(nameKept);
  const [problem, setProblem] = useState<string>();

  function save(): void {
    const at = when === OTHER ? timeOf(moment) : fleet.now() - Number(when) * HOUR_MS;
    if (at === undefined) return;
    keepName(name);
    const event = {
      id: newRecordId(),
      park: journal.park,
      site: journal.site,
      ...(device !== undefined && { device }),
      kind: kind.name,
      at: isoOf(at),
      values: valuesOf(kind, texts),
      ...(note.trim() !== '' && { note: note.trim() }),
      ...named(name),
      ...(corrects && { supersedes: corrects.id }),
    };
    try {
      outbox.add(event);
      onEnd();
    } catch (error) {
      if (!(error instanceof OutboxFull)) throw error;
      setProblem(word('outboxFull'));
    }
  }

  return (
    <form
      class="event-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <h2>{kind.label[language]}</h2>
      {isOfDevice && devices.length > 1 && (
        <label>
          {word('chooseDevice')}
          <select value={device ?? ''} onChange={(event) => setDevice(event.currentTarget.value)}>
            {devices.map((each) => (
              <option key={each.key} value={each.device.device}>
                {each.device.label?.[language] ?? each.device.device}
              </option>
            ))}
          </select>
        </label>
      )}
      {kind.fields.map((field, order) => (
        <ValueField
          key={field.name}
          field={field}
          isFirst={order === 0}
          text={texts[field.name] ?? ''}
          card={devices.find((each) => each.device.device === device)}
          onText={(text) => setTexts({ ...texts, [field.name]: text })}
        />
      ))}
      <label>
        {word('whenDone')}
        <select value={when} onChange={(event) => setWhen(event.currentTarget.value)}>
          {AGO.map(([hours, each]) => (
            <option key={each} value={String(hours)}>
              {word(each)}
            </option>
          ))}
          <option value={OTHER}>{word('otherTime')}</option>
        </select>
      </label>
      {when === OTHER && (
        <label>
          {word('beijing')}
          <input
            type="datetime-local"
            required
            value={moment}
            max={fieldOf(fleet.now())}
            onInput={(event) => setMoment(event.currentTarget.value)}
          />
        </label>
      )}
      <label>
        {word('note')}
        <input value={note} maxLength={400} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <NameField name={name} onName={setName} />
      <p class="event-buttons">
        <button type="submit" class="primary">
          {word('saveEvent')}
        </button>
        <button type="button" onClick={onEnd}>
          {word('cancel')}
        </button>
      </p>
      <p role="status">{problem}</p>
    </form>
  );
}

interface ValueFieldProps {
  readonly field: EventField;
  readonly isFirst: boolean;
  readonly text: string;
  /** The device that the event is of. */
  readonly card: DeviceCard | undefined;
  readonly onText: (text: string) => void;
}

function ValueField({ field, isFirst, text, card, onText }: ValueFieldProps) {
  const { language } = useAppContext();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isFirst) input.current?.select();
  }, [isFirst]);
  const unit = unitWords(field, language);
  const label = `${field.label[language]}${unit === '' ? '' : ` (${unit})`}`;
  // A calibration names the field that was calibrated.
  if (field.name === 'field' && card !== undefined)
    return (
      <label>
        {label}
        <select required value={text} onChange={(event) => onText(event.currentTarget.value)}>
          <option value="" />
          {card.kind.fields
            .filter(({ shape }) => shape === 'number')
            .map((each) => (
              <option key={each.name} value={each.name}>
                {each.label[language]}
              </option>
            ))}
        </select>
      </label>
    );
  const [least, most] = field.range ?? [];
  return (
    <label>
      {label}
      <input
        ref={input}
        value={text}
        required={field.isRequired === true}
        {...(field.shape === 'number'
          ? { type: 'number', inputMode: 'decimal', step: 'any', min: least, max: most }
          : { maxLength: 200 })}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </label>
  );
}

function textsOf({ fields }: EventKind, before: FarmEvent | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map(({ name }) => [name, String(before?.values[name] ?? '')]));
}

/** Fields that were left empty are absent. */
function valuesOf({ fields }: EventKind, texts: Readonly<Record<string, string>>): Record<string, number | string> {
  return Object.fromEntries(
    fields.flatMap(({ name, shape }) => {
      const text = texts[name]?.trim() ?? '';
      return text === '' ? [] : [[name, shape === 'number' ? Number(text) : text]];
    }),
  );
}
