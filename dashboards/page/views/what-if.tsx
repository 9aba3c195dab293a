/** Tries other limits on what the site measured: a limit and its hold by slider, and the alarms they would have raised. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatDuration, formatNumber, formatValue, type Language } from '../../../sensors/format.ts';
import type { Profile } from '../../../sensors/profile.ts';
import type { RequestFailed } from '../feed/api.ts';
import { useAppContext, useLanguage } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import {
  type Choice,
  choicesOf,
  isBelow,
  isCritical,
  profileWith,
  slideOf,
  tryLimits,
  type WhatIfAnswer,
} from '../feed/what-if.ts';
import { formatMoment } from '../language/format-time.ts';
import type { Word } from '../language/words.ts';
import { SelectField } from '../manage/fields.tsx';
import { StateMark } from '../tiles/state-mark.tsx';

const DAYS = ['7', '30', '90'] as const;
const MINUTE = 60_000;
/** A slider is moved in many steps: the platform is asked when it rests. */
const REST_MS = 250;
const MOST_SHOWN = 10;
const LONGEST_HOLD = 120;

export function WhatIf({ card }: { readonly card: SiteCard }) {
  const { state, word } = useAppContext();
  const [isOpen, setOpen] = useState(false);
  const inForce = card.devices.flatMap(
    ({ profile, kind }) => profile ?? state.catalog.profiles.find(({ name }) => name === kind.defaultProfile) ?? [],
  );
  const profiles = [...new Map(inForce.map((profile) => [profile.name, profile])).values()];
  if (profiles.length === 0) return null;
  return (
    <details class="card what-if" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{word('whatIf')}</summary>
      {isOpen && <Trial card={card} profiles={profiles} />}
    </details>
  );
}

const keyOf = ({ name }: Profile, { key }: Choice) => `${name}/${key}`;

function Trial({ card, profiles }: { readonly card: SiteCard; readonly profiles: readonly Profile[] }) {
  const { word, language } = useLanguage();
  const versions = profiles.map(({ name, version }) => `${name}@${version}`).join();
  const all = useMemo(() => {
    const kinds = card.devices.map(({ kind }) => kind);
    return profiles.flatMap((profile) => choicesOf(profile, kinds).map((choice) => ({ profile, choice })));
  }, [versions]);
  const [key, setKey] = useState('');
  const chosen = all.find(({ profile, choice }) => keyOf(profile, choice) === key) ?? all[0];
  if (chosen === undefined) return null;
  const groups = profiles.map((profile) => ({
    label: profile.label[language],
    options: all
      .filter((each) => each.profile === profile)
      .map(({ choice }) => [keyOf(profile, choice), nameOf(choice, language, word)] as const),
  }));
  return (
    <>
      <p class="note">{word('whatIfHelp')}</p>
      <SelectField
        label={word('whichLimit')}
        value={keyOf(chosen.profile, chosen.choice)}
        groups={groups}
        onChoose={setKey}
      />
      <Sliders key={keyOf(chosen.profile, chosen.choice)} card={card} {...chosen} />
    </>
  );
}

function nameOf({ field, limit, value }: Choice, language: Language, word: (word: Word) => string): string {
  const side = word(isBelow(limit) ? 'limitBelow' : 'limitAbove');
  const severity = word(isCritical(limit) ? 'critical' : 'warning');
  return `${severity} · ${field.label[language]} ${side} ${shown(field, value, language)}`;
}

/** Limits are finer than values are shown. */
function shown(field: Choice['field'], value: number, language: Language): string {
  const own = String(value).split('.')[1]?.length ?? 0;
  return formatValue({ ...field, decimals: Math.max(own, Math.min(1, field.decimals)) }, value, language);
}

interface SlidersProps {
  readonly card: SiteCard;
  readonly profile: Profile;
  readonly choice: Choice;
}

function Sliders({ card, profile, choice }: SlidersProps) {
  const { word, language } = useLanguage();
  const [limit, setLimit] = useState(choice.value);
  const [hold, setHold] = useState(choice.holdMinutes);
  const [days, setDays] = useState<string>('30');
  const { answer, problem, isBusy } = useTrial(card, profileWith(profile, choice, limit, hold), Number(days));
  const slide = slideOf(profile, choice);
  const isChanged = limit !== choice.value || hold !== choice.holdMinutes;
  return (
    <>
      <div class="what-if-tools">
        <label>
          <span>{nameOf({ ...choice, value: limit }, language, word)}</span>
          <input
            type="range"
            aria-label={word('whichLimit')}
            aria-valuetext={shown(choice.field, limit, language)}
            {...slide}
            value={limit}
            onInput={(event) => setLimit(Number(event.currentTarget.value))}
          />
        </label>
        <label>
          <span>
            {word('holdTime')} {formatDuration(hold * MINUTE, language)}
          </span>
          <input
            type="range"
            aria-label={word('holdTime')}
            aria-valuetext={formatDuration(hold * MINUTE, language)}
            min={0}
            max={Math.max(LONGEST_HOLD, choice.holdMinutes)}
            step={choice.holdMinutes % 5 === 0 ? 5 : 1}
            value={hold}
            onInput={(event) => setHold(Number(event.currentTarget.value))}
          />
        </label>
        <SelectField
          label={word('daysBack')}
          value={days}
          groups={[{ options: DAYS.map((each) => [each, formatDuration(Number(each) * 24 * 60 * MINUTE, language)]) }]}
          onChoose={setDays}
        />
        <button
          type="button"
          disabled={!isChanged}
          onClick={() => {
            setLimit(choice.value);
            setHold(choice.holdMinutes);
          }}
        >
          {word('asInForce')}
        </button>
      </div>
      <div aria-live="polite" aria-busy={isBusy}>
        {problem && <p class="problem">{problem}</p>}
        {answer?.readings === 0 && <p class="note">{word('noReadingsThen')}</p>}
        {answer && answer.readings > 0 && <Outcome answer={answer} />}
      </div>
    </>
  );
}

/** Keeps the last answer on the screen while the next one is worked out. */
function useTrial({ site }: SiteCard, profile: Profile, days: number) {
  const { word } = useLanguage();
  const [answer, setAnswer] = useState<WhatIfAnswer>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(true);
  useEffect(() => {
    const gone = new AbortController();
    setBusy(true);
    const timer = setTimeout(() => {
      tryLimits({ park: site.park, site: site.id }, profile, days, gone.signal)
        .then(
          (found) => {
            setAnswer(found);
            setProblem(undefined);
          },
          ({ status, message }: RequestFailed) => {
            if (!gone.signal.aborted) setProblem(status === 0 ? word('notReached') : message);
          },
        )
        .finally(() => gone.signal.aborted || setBusy(false));
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [site.park, site.id, JSON.stringify(profile.bands), days]);
  return { answer, problem, isBusy };
}

function Outcome({ answer }: { readonly answer: WhatIfAnswer }) {
  const { word, language } = useLanguage();
  const { real, inForce, proposed, againstReal, againstInForce, differences } = answer;
  const rows: readonly (readonly [Word, WhatIfAnswer['real'] | undefined])[] = [
    ['reallyOpened', real],
    ['presentLimits', inForce],
    ['triedLimits', proposed],
  ];
  return (
    <>
      <table class="what-if-table">
        <thead>
          <tr>
            <td />
            {(['alarmsCount', 'ofThemCritical', 'atNightCount', 'inAll'] as const).map((each) => (
              <th key={each} scope="col">
                {word(each)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(
            ([name, row]) =>
              row && (
                <tr key={name} data-row={name}>
                  <th scope="row">{word(name)}</th>
                  <td>{row.opened}</td>
                  <td>{row.critical}</td>
                  <td>{row.atNight}</td>
                  <td>{row.minutes === 0 ? '–' : formatDuration(row.minutes * MINUTE, language)}</td>
                </tr>
              ),
          )}
        </tbody>
      </table>
      <p>
        <b>{word('againstReal')}</b> {comparedWords(againstReal, language, word)}
      </p>
      {againstInForce && (
        <p>
          <b>{word('againstPresent')}</b> {comparedWords(againstInForce, language, word)}
        </p>
      )}
      <ul class="sheet">
        {differences.slice(0, MOST_SHOWN).map((each) => (
          <li key={`${each.device}${each.rule}${each.openedAt}`}>
            <StateMark state={each.severity} />
            <b>{differenceWords(each, language, word)}</b>
            <span>{each.text[language]}</span>
            <span class="when">{formatMoment(each.openedAt, language)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

type Words = (word: Word) => string;

function comparedWords(
  { same, added, dropped, earlier, later, medianMinutesEarlier: median = 0 }: WhatIfAnswer['againstReal'],
  language: Language,
  word: Words,
): string {
  const moved =
    earlier + later === 0
      ? ''
      : ` (${word('toldEarlier')} ${earlier}, ${word('toldLater')} ${later}, ${word('medianBy')} ${minutesWords(median, language, word)})`;
  return [
    `${word('sameOnes')} ${same}${moved}`,
    `${word('addedOnes')} ${added}`,
    `${word('droppedOnes')} ${dropped}`,
  ].join(' · ');
}

function differenceWords(
  { is, minutesEarlier = 0 }: WhatIfAnswer['differences'][number],
  language: Language,
  word: Words,
): string {
  if (is === 'moved') return minutesWords(minutesEarlier, language, word);
  return word(is === 'added' ? 'addedOnes' : 'droppedOnes');
}

function minutesWords(minutesEarlier: number, language: Language, word: Words): string {
  const way = word(minutesEarlier < 0 ? 'toldLater' : 'toldEarlier');
  const minutes = formatNumber(Math.abs(minutesEarlier), 0);
  return language === 'zh' ? `${way} ${minutes} 分钟` : `${minutes} min ${way}`;
}
