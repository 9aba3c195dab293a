/** The alarm centre: unacknowledged alarms first, then acknowledged, shelved and past ones. */
import { useEffect, useState } from 'preact/hooks';
import { type Alarm, isQuiet, isUnacknowledged, ranked } from '../feed/alarm-list.ts';
import { loadAlarms } from '../feed/api.ts';
import { useAppContext } from '../feed/app-context.ts';
import { type Me, may, useMe } from '../feed/people.ts';
import { ALARM_LISTS, type AlarmList, formatRoute } from '../feed/route.ts';
import { say, type Word } from '../language/words.ts';
import { AlarmCard } from './alarm-card.tsx';
import { SoundSwitch } from './sound-bar.tsx';

const TITLES = {
  current: 'currentAlarms',
  shelved: 'shelvedAlarms',
  history: 'historyAlarms',
} as const satisfies Record<AlarmList, Word>;

const HISTORY_MS = 7 * 86_400_000;
const A_PAGE = 100;

export function AlarmCentre() {
  const { alarms, route, go, language, word } = useAppContext();
  const { list = 'current', park } = route;
  const here = ranked([...alarms.alarms.values()].filter((alarm) => park === undefined || alarm.park === park));
  const me = useMe();
  const isPerson = me?.kind === 'person';
  const counts: Readonly<Record<AlarmList, number | undefined>> = {
    current: here.filter(({ state }) => state !== 'shelved').length,
    shelved: here.filter(({ state }) => state === 'shelved').length,
    history: undefined,
  };
  return (
    <section class="alarm-centre">
      <div class="head">
        <h1>{word('alarms')}</h1>
        <a class="button" href={formatRoute({ view: 'handover', language, range: route.range })}>
          {word('handover')}
        </a>
        <SoundSwitch />
      </div>
      <fieldset class="segments" aria-label={word('alarms')}>
        {ALARM_LISTS.map((name) => (
          <button key={name} type="button" aria-pressed={name === list} onClick={() => go({ list: name })}>
            <span>
              {word(TITLES[name])} {counts[name] !== undefined && <b>{counts[name]}</b>}
            </span>
          </button>
        ))}
      </fieldset>
      {!alarms.isCurrent && alarms.isKnown && (
        <p class="alarm-stale" role="status">
          {word('alarmsNotCurrent')}
        </p>
      )}
      {me !== undefined && !may(me, 'operate') && list !== 'history' && here.length > 0 && (
        <p class="note">
          {word(isPerson ? 'roleMayNot' : 'acknowledgeNeeds')}{' '}
          {/* The browser carries the address behind the # through the sign-in, back to this view. */}
          {!isPerson && <a href={`/sign-in${location.hash}`}>{word('openSignIn')}</a>}
        </p>
      )}
      {list === 'history' ? <History /> : <Groups alarms={here} list={list} me={me} />}
    </section>
  );
}

interface GroupsProps {
  readonly alarms: readonly Alarm[];
  readonly list: AlarmList;
  readonly me: Me | undefined;
}

const GROUPS: readonly (readonly [title: Word, isIn: (alarm: Alarm) => boolean])[] = [
  ['unacknowledged', (alarm) => isUnacknowledged(alarm) && alarm.state === 'open'],
  ['returnedAlarms', (alarm) => isUnacknowledged(alarm) && alarm.state === 'returned'],
  ['acknowledgedAlarms', (alarm) => alarm.state === 'acknowledged' && !isQuiet(alarm)],
  ['quietAlarms', (alarm) => alarm.state !== 'shelved' && isQuiet(alarm)],
];
const SHELVED: typeof GROUPS = [['shelvedAlarms', ({ state }) => state === 'shelved']];

function Groups({ alarms, list, me }: GroupsProps) {
  const { alarms: feed, word, route } = useAppContext();
  if (!feed.isKnown) return <section class="card bone alarm-bone" aria-busy="true" aria-label={word('loading')} />;
  const groups = (list === 'shelved' ? SHELVED : GROUPS)
    .map(([title, isIn]) => [title, alarms.filter(isIn)] as const)
    .filter(([, found]) => found.length > 0);
  if (groups.length === 0) {
    return (
      <div class="nothing">
        <h2>{word(list === 'shelved' ? 'noShelved' : 'noAlarms')}</h2>
        <a class="button" href={formatRoute({ ...route, view: 'overview' })}>
          {word('overview')}
        </a>
      </div>
    );
  }
  return (
    <>
      {groups.map(([title, found]) => (
        <section key={title} class="alarm-group" aria-labelledby={`group-${title}`}>
          {list === 'current' && (
            <h2 id={`group-${title}`}>
              {word(title)} <span class="count">{found.length}</span>
            </h2>
          )}
          {list === 'shelved' && (
            <h2 id={`group-${title}`} class="unseen">
              {word(title)}
            </h2>
          )}
          <ul class="alarm-list">
            {found.map((alarm) => (
              <AlarmCard key={alarm.id} alarm={alarm} mayOperate={may(me, 'operate', alarm.park)} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function History() {
  const { fleet, alarms, route, word, language } = useAppContext();
  const { park } = route;
  const [limit, setLimit] = useState(A_PAGE);
  const [found, setFound] = useState<readonly Alarm[]>();
  useEffect(() => {
    const gone = new AbortController();
    void loadAlarms({ park, from: fleet.now() - HISTORY_MS, limit: limit + 1 }, gone.signal).then(setFound, () => {});
    return () => gone.abort();
    // Alarms that open or close change the list.
  }, [fleet, park, limit, alarms.alarms]);
  if (found === undefined)
    return <section class="card bone alarm-bone" aria-busy="true" aria-label={word('loading')} />;
  if (found.length === 0)
    return (
      <div class="nothing">
        <h2>{say('noHistory', language)}</h2>
      </div>
    );
  return (
    <>
      <ul class="alarm-list">
        {found.slice(0, limit).map((alarm) => (
          <AlarmCard key={alarm.id} alarm={alarm} mayOperate={false} />
        ))}
      </ul>
      {found.length > limit && (
        <button type="button" class="button" onClick={() => setLimit(limit + A_PAGE)}>
          {word('more')}
        </button>
      )}
    </>
  );
}
