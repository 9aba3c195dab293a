/** What can be switched on a site: the state that the device reports beside the state asked for, and how it really runs. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatAge, formatValue } from '../../../sensors/format.ts';
import type { Control } from '../../../sensors/kind.ts';
import type { Command } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { may, useMe } from '../feed/people.ts';
import type { Word } from '../language/words.ts';
import { Automatic } from './automatic.tsx';
import { useControl } from './use-control.ts';

export function Controls({ devices }: { readonly devices: readonly DeviceCard[] }) {
  const { word } = useAppContext();
  const me = useMe();
  const there = devices.flatMap((card) =>
    // A device that does not report the switch has none.
    (card.kind.controls ?? []).flatMap((control) =>
      card.row?.values[control.field] === undefined ? [] : { card, control },
    ),
  );
  if (there.length === 0) return null;
  return (
    <section class="card controls" aria-labelledby="controls">
      <h2 id="controls">{word('controls')}</h2>
      {there.map(({ card, control }) => (
        <Row
          key={`${card.key}/${control.command}`}
          card={card}
          control={control}
          mayOperate={may(me, 'operate', card.device.park)}
          maySet={may(me, 'agronomy', card.device.park)}
          isAlone={devices.length === 1}
        />
      ))}
    </section>
  );
}

interface RowProps {
  readonly card: DeviceCard;
  readonly control: Control;
  readonly mayOperate: boolean;
  /** The rule of the platform's own automatic. */
  readonly maySet: boolean;
  readonly isAlone: boolean;
}

interface Choice {
  readonly value: { readonly on: boolean } | { readonly auto: true };
  readonly word: Word;
}

function Row({ card, control, mayOperate, maySet, isAlone }: RowProps) {
  const { word, language, now } = useAppContext();
  const { device, kind, row } = card;
  const { commands, isBusy, problem, locked, ask, giveUp } = useControl(`${device.park}/${device.device}`, control);
  const [chosen, setChosen] = useState<Choice>();
  const fieldNamed = (name: string | undefined) => kind.fields.find((field) => field.name === name);
  const [field, measured] = [fieldNamed(control.field), fieldNamed(control.measured)];
  if (field === undefined) return null;
  const reported = row?.values[field.name];
  const power = measured && row?.values[measured.name];
  const at = row?.olderFields?.[field.name] ?? row?.time;
  const name = `${isAlone ? '' : `${device.label?.[language] ?? device.device} · `}${field.label[language]}`;
  const [last, ...earlier] = commands;
  const lock = locked && control.interlocks?.find(({ isOn }) => isOn === (locked as { on?: boolean }).on);
  const choices: readonly Choice[] = [
    { value: { on: true }, word: 'turnOn' },
    { value: { on: false }, word: 'turnOff' },
    ...(control.hasAuto ? [{ value: { auto: true }, word: 'leaveAuto' } as const] : []),
  ];
  return (
    <section class="control" data-control={control.command} aria-label={name}>
      <h3>{name}</h3>
      <dl>
        <div>
          <dt>{word('reported')}</dt>
          <dd data-testid="reported">
            <b>{reported === undefined ? word('noReport') : formatValue(field, reported, language)}</b>{' '}
            {at != null && <span class="note">{formatAge(Math.max(0, now - at), language)}</span>}
          </dd>
        </div>
        {measured && power !== undefined && (
          <div>
            <dt>{word('reallyRuns')}</dt>
            <dd>{formatValue(measured, power, language)}</dd>
          </div>
        )}
        <div>
          <dt>{word('askedFor')}</dt>
          <dd aria-live="polite" data-testid="asked">
            {last === undefined ? <span class="note">{word('neverAsked')}</span> : <Asked command={last} />}
          </dd>
        </div>
      </dl>
      {mayOperate && chosen === undefined && lock === undefined && (
        <div class="row-actions">
          {choices.map((choice) => (
            <button
              key={choice.word}
              type="button"
              disabled={isBusy}
              aria-label={`${name}: ${word(choice.word)}`}
              onClick={() => setChosen(choice)}
            >
              {word(choice.word)}
            </button>
          ))}
        </div>
      )}
      {chosen && (
        <Confirm
          text={`${card.siteLabel[language]} · ${name}: ${word(chosen.word)}`}
          note={device.isConnected === false ? word('awayNow') : undefined}
          button={word('confirmSend')}
          onConfirm={() => {
            setChosen(undefined);
            void ask(chosen.value);
          }}
          onCancel={() => setChosen(undefined)}
        />
      )}
      {locked && lock && (
        <Confirm
          text={lock.label[language]}
          button={word('sendAnyway')}
          onConfirm={() => void ask(locked, true)}
          onCancel={giveUp}
        />
      )}
      <p role="status" class="problem">
        {problem}
      </p>
      {control.band && (
        <Automatic
          at={`${device.park}/${device.device}`}
          command={control.command}
          fields={kind.fields}
          mayOperate={mayOperate}
          maySet={maySet}
        />
      )}
      {earlier.length > 0 && (
        <details>
          <summary>{word('before')}</summary>
          <ul>
            {earlier.map((command) => (
              <li key={command.id}>
                <Asked command={command} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

const STATE_WORDS: Readonly<Record<Command['state'], Word>> = {
  sent: 'commandSent',
  received: 'commandReceived',
  done: 'commandDone',
  failed: 'commandFailed',
  expired: 'commandExpired',
};

function Asked({ command: { value, state, by, sentAt, message } }: { readonly command: Command }) {
  const { word, language, now } = useAppContext();
  const asked = value as { readonly on?: boolean; readonly auto?: boolean } | null;
  const what = asked?.auto ? 'leaveAuto' : asked?.on === undefined ? undefined : asked.on ? 'turnOn' : 'turnOff';
  return (
    <span data-state={state}>
      <b>{what === undefined ? JSON.stringify(value) : word(what)}</b> · {word(STATE_WORDS[state])}
      {message !== undefined && ` (${message})`}{' '}
      <span class="note">
        {by} · {formatAge(Math.max(0, now - sentAt), language)}
      </span>
    </span>
  );
}

interface ConfirmProps {
  readonly text: string;
  readonly note?: string | undefined;
  readonly button: string;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

function Confirm({ text, note, button, onConfirm, onCancel }: ConfirmProps) {
  const { word } = useAppContext();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div
      class="confirm"
      role="alertdialog"
      aria-label={text}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <p>
        <b>{text}</b>
      </p>
      {note !== undefined && <p class="note">{note}</p>}
      <div class="row-actions">
        <button type="button" class="primary" ref={first} onClick={onConfirm}>
          {button}
        </button>
        <button type="button" onClick={onCancel}>
          {word('cancel')}
        </button>
      </div>
    </div>
  );
}
