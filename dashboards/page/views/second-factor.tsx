/** The second step of signing in: on with an authenticator app, off with password and code. */
import { useState } from 'preact/hooks';
import { useLanguage } from '../feed/app-context.ts';
import { beginSecondFactor, endSecondFactor, finishSecondFactor, type Me } from '../feed/people.ts';
import { AddForm } from './add-form.tsx';
import { OneTime } from './one-time.tsx';
import { useAction } from './use-action.ts';

interface Props {
  readonly at: NonNullable<Me['secondFactor']>;
}

export function SecondFactor({ at }: Props) {
  const { word } = useLanguage();
  // What this page did since the account was loaded.
  const [codes, setCodes] = useState<readonly string[]>();
  const [isEnded, setEnded] = useState(false);
  const isOn = (at.isOn && !isEnded) || codes !== undefined;
  return (
    <>
      <p data-testid="second-factor">
        {word('secondFactor')}: <b>{word(isOn ? 'secondFactorOn' : 'secondFactorOff')}</b>
        {isOn && codes === undefined && (
          <span class="note">
            {' '}
            · {at.recoveryCodesLeft} {word('recoveryLeft')}
          </span>
        )}
      </p>
      {codes !== undefined && (
        <OneTime title={word('recoveryCodes')} note={word('recoveryOnce')} text={codes.join('  ')} />
      )}
      {isOn ? (
        <TurnOff
          onOff={() => {
            setCodes(undefined);
            setEnded(true);
          }}
        />
      ) : (
        <TurnOn onOn={setCodes} />
      )}
    </>
  );
}

const nothing = async () => undefined;

function TurnOn({ onOn }: { readonly onOn: (codes: readonly string[]) => void }) {
  const { word } = useLanguage();
  const { run, isBusy, problem } = useAction(nothing);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [enrolment, setEnrolment] = useState<Awaited<ReturnType<typeof beginSecondFactor>>>();
  const begin = async () => {
    setEnrolment(await run(() => beginSecondFactor(password)));
    setPassword('');
  };
  const finish = async () => {
    const finished = await run(() => finishSecondFactor(code));
    if (finished !== undefined) onOn(finished.recoveryCodes);
  };
  return (
    <>
      <AddForm
        title={word('turnOnSecondFactor')}
        isBusy={isBusy}
        onSubmit={begin}
        status={
          <p role="status" class="problem">
            {enrolment === undefined ? problem : ''}
          </p>
        }
      >
        <p class="note">{word('secondFactorWhat')}</p>
        <CurrentPassword value={password} onInput={setPassword} />
      </AddForm>
      {enrolment !== undefined && (
        <section class="one-time" aria-label={word('turnOnSecondFactor')}>
          <img class="qr" alt="QR" src={`data:image/svg+xml;utf8,${encodeURIComponent(enrolment.qr)}`} />
          <div>
            <h3>{word('scanWithApp')}</h3>
            <p class="note">{word('orTypeSecret')}</p>
            <code data-testid="totp-secret">{enrolment.secret}</code>
            <form
              class="row-form"
              onSubmit={(event) => {
                event.preventDefault();
                void finish();
              }}
            >
              <h3>{word('thenTypeCode')}</h3>
              <CodeField label={word('code')} value={code} onInput={setCode} />
              <button type="submit" class="primary" disabled={isBusy}>
                {word('confirmCode')}
              </button>
              <p role="status" class="problem">
                {problem}
              </p>
            </form>
          </div>
        </section>
      )}
    </>
  );
}

function TurnOff({ onOff }: { readonly onOff: () => void }) {
  const { word } = useLanguage();
  const { run, isBusy, problem } = useAction(nothing);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const submit = async () => {
    const isDone = await run(async () => {
      await endSecondFactor(password, code);
      return true;
    });
    if (isDone === true) onOff();
  };
  return (
    <AddForm
      title={word('turnOffSecondFactor')}
      isBusy={isBusy}
      onSubmit={submit}
      status={
        <p role="status" class="problem">
          {problem}
        </p>
      }
    >
      <CurrentPassword value={password} onInput={setPassword} />
      <CodeField label={word('codeOrRecovery')} value={code} onInput={setCode} />
    </AddForm>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
}

function CurrentPassword({ value, onInput }: FieldProps) {
  const { word } = useLanguage();
  return (
    <label>
      {word('currentPassword')}
      <input
        type="password"
        value={value}
        required
        autocomplete="current-password"
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

function CodeField({ label, value, onInput }: FieldProps & { readonly label: string }) {
  return (
    <label>
      {label}
      <input
        value={value}
        required
        maxLength={20}
        inputMode="numeric"
        autocomplete="one-time-code"
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
