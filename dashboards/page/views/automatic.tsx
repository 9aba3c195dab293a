/** The platform's own automatic of one control: what it does at present, how it is set, and the end of an override. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { formatNumber } from '../../../sensors/format.ts';
import type { Field } from '../../../sensors/kind.ts';
import { useAppContext } from '../feed/app-context.ts';
import { type Automation, loadAutomation, resumeAutomation, setAutomation } from '../feed/automation.ts';
import { formatSeconds } from '../language/format-time.ts';
import type { Word } from '../language/words.ts';
import { useAction } from './use-action.ts';

interface Props {
  /** `park/device`. */
  readonly at: string;
  readonly command: string;
  readonly fields: readonly Field[];
  readonly mayOperate: boolean;
  readonly maySet: boolean;
}

const EVERY_MS = 5000;

const STANDING_WORDS: Readonly<Record<Automation['standing'], Word>> = {
  inactive: 'autoInactive',
  manual: 'autoManual',
  device: 'autoDevice',
  unknown: 'autoUnknown',
  between: 'autoBetween',
  right: 'autoRight',
  waiting: 'autoWaiting',
  switching: 'autoSwitching',
};

export function Automatic({ at, command, fields, mayOperate, maySet }: Props) {
  const { word, language } = useAppContext();
  const [rule, setRule] = useState<Automation>();
  const load = useCallback(async () => {
    setRule((await loadAutomation(at)).find((each) => each.command === command));
  }, [at, command]);
  const { run, isBusy, problem } = useAction(load);
  useEffect(() => {
    // The next one says it again.
    const look = () => void load().catch(() => undefined);
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, [load]);
  if (rule === undefined) return null;
  const field = fields.find(({ name }) => name === rule.field);
  const shown = (value: number) => `${formatNumber(value, 1)} ${field?.symbol ?? ''}`.trim();
  const band =
    language === 'zh'
      ? `${field?.label.zh}低于 ${shown(rule.onBelow)} 开，高于 ${shown(rule.offAbove)} 关`
      : `on below ${shown(rule.onBelow)}, off above ${shown(rule.offAbove)} of ${field?.label.en}`;
  return (
    <div class="automatic" data-testid="automatic">
      <p>
        <b>{word('platformAuto')}</b> · {word(STANDING_WORDS[rule.standing])}
        {rule.until !== undefined && ` ${formatSeconds(rule.until).slice(0, 5)}`}
        <br />
        <span class="note">
          {band}
          {rule.author !== undefined && ` · v${rule.version} ${rule.author}`}
        </span>
      </p>
      {mayOperate && (rule.standing === 'manual' || rule.standing === 'device') && (
        <button
          type="button"
          class="resume"
          disabled={isBusy}
          onClick={() => void run(() => resumeAutomation(at, command))}
        >
          {word('autoResume')}
        </button>
      )}
      {maySet && <Settings key={rule.version} at={at} rule={rule} isBusy={isBusy} run={run} />}
      <p role="status" class="problem">
        {problem}
      </p>
    </div>
  );
}

interface SettingsProps {
  readonly at: string;
  readonly rule: Automation;
  readonly isBusy: boolean;
  readonly run: ReturnType<typeof useAction>['run'];
}

function Settings({ at, rule, isBusy, run }: SettingsProps) {
  const { word } = useAppContext();
  const [onBelow, setOnBelow] = useState(rule.onBelow);
  const [offAbove, setOffAbove] = useState(rule.offAbove);
  const [minutes, setMinutes] = useState(rule.overrideMinutes);
  const save = (isActive: boolean) =>
    void run(() =>
      setAutomation(at, rule.command, {
        ...{ onBelow, offAbove, overrideMinutes: minutes, isActive, version: rule.version },
        ...(rule.sensor !== undefined && { sensor: rule.sensor }),
      }),
    );
  return (
    <details>
      <summary>{word('autoSettings')}</summary>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          save(true);
        }}
      >
        <NumberField label={word('autoOnBelow')} value={onBelow} step={0.1} onInput={setOnBelow} />
        <NumberField label={word('autoOffAbove')} value={offAbove} step={0.1} onInput={setOffAbove} />
        <NumberField label={word('autoOverride')} value={minutes} step={1} onInput={setMinutes} />
        <button type="submit" class="primary" disabled={isBusy}>
          {word(rule.isActive ? 'autoSave' : 'autoTurnOn')}
        </button>
        {rule.isActive && (
          <button type="button" disabled={isBusy} onClick={() => save(false)}>
            {word('autoTurnOff')}
          </button>
        )}
      </form>
    </details>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly step: number;
  readonly onInput: (value: number) => void;
}

function NumberField({ label, value, step, onInput }: NumberFieldProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        value={value}
        step={step}
        required
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
