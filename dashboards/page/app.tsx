/** The page's root: reads the address, holds language and theme, shows the requested view. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Language } from '../../sensors/format.ts';
import type { AlarmFeed } from './feed/alarm-feed.ts';
import { bySite, isSounding, isUnacknowledged } from './feed/alarm-list.ts';
import { AppContextProvider, LanguageContext, useFeedState, useNow } from './feed/app-context.ts';
import { createCards } from './feed/cards.ts';
import type { EventOutbox } from './feed/event-outbox.ts';
import type { Fleet } from './feed/fleet.ts';
import { formatRoute, parseRoute, type Route, type RouteChange } from './feed/route.ts';
import type { AlarmSound } from './feed/sound.ts';
import { languageOf } from './language/preferred.ts';
import { say } from './language/words.ts';
import { Frame } from './views/frame.tsx';
import { Wall } from './views/wall.tsx';

const preferredLanguage = (): Language =>
  languageOf({ search: location.search, chosen: localStorage.getItem('language'), browser: navigator.language });

interface Props {
  readonly fleet: Fleet;
  readonly alarmFeed: Pick<AlarmFeed, 'state' | 'subscribe' | 'take'>;
  readonly sound: AlarmSound;
  readonly outbox: EventOutbox;
}

export function App({ fleet, alarmFeed, sound, outbox }: Props) {
  const [route, setPlace] = useState(() => parseRoute(location.hash, preferredLanguage()));
  const [theme, setTheme] = useState<'light' | 'dark'>(chosenTheme);
  const state = useFeedState(fleet);
  const alarms = useFeedState(alarmFeed);
  const now = useNow(fleet);
  const cardsOf = useMemo(createCards, []);
  const { catalog, rows } = state;
  const cards = useMemo(() => cardsOf(catalog, rows, now), [cardsOf, catalog, rows, now]);

  useEffect(() => {
    const read = () => setPlace(parseRoute(location.hash, preferredLanguage()));
    addEventListener('hashchange', read);
    // The address may have changed between the first drawing and this effect.
    read();
    return () => removeEventListener('hashchange', read);
  }, []);

  const go = useCallback((change: RouteChange, how?: 'replace') => {
    const { window: _, ...here }: Route = parseRoute(location.hash, preferredLanguage());
    const next = formatRoute({ ...here, ...change } as Route);
    if (how === 'replace') {
      history.replaceState(null, '', next);
      setPlace(parseRoute(next, preferredLanguage()));
    } else location.hash = next;
  }, []);

  const alarmsOf = useMemo(() => bySite(alarms.alarms), [alarms.alarms]);
  const waiting = [...alarms.alarms.values()].filter(isUnacknowledged);
  const isLoud = waiting.some(isSounding);
  useEffect(() => sound.set(isLoud), [sound, isLoud]);

  const { language } = route;
  useEffect(() => {
    localStorage.setItem('language', language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    const count = waiting.length === 0 ? '' : `(${waiting.length}) `;
    document.title = `${count}${say(route.view, language)} · ${say('product', language)}`;
  }, [language, route.view, waiting.length]);
  useEffect(() => {
    document.documentElement.dataset.theme = route.view === 'wall' ? 'dark' : theme;
    localStorage.setItem('theme', theme);
  }, [theme, route.view]);

  const shownTheme = route.view === 'wall' ? 'dark' : theme;
  const surroundings = useMemo(
    () =>
      ({
        fleet,
        state,
        alarmFeed,
        alarms,
        alarmsOf,
        sound,
        outbox,
        cards,
        route,
        language,
        theme: shownTheme,
        now,
        go,
        setTheme,
      }) as const,
    [fleet, state, alarmFeed, alarms, alarmsOf, sound, outbox, cards, route, language, shownTheme, now, go],
  );
  return (
    <LanguageContext.Provider value={language}>
      <AppContextProvider.Provider value={surroundings}>
        {route.view === 'wall' ? <Wall /> : <Frame />}
      </AppContextProvider.Provider>
    </LanguageContext.Provider>
  );
}

function chosenTheme(): 'light' | 'dark' {
  const kept = localStorage.getItem('theme');
  if (kept === 'light' || kept === 'dark') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
