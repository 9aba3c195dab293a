/** The context of every view: fleet, route, language and clock. All change each second, except the language. */
import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import type { Language } from '../../../sensors/format.ts';
import { say, type Word } from '../language/words.ts';
import type { AlarmFeed, AlarmFeedState } from './alarm-feed.ts';
import type { Alarm } from './alarm-list.ts';
import type { SiteCard } from './cards.ts';
import type { EventOutbox } from './event-outbox.ts';
import type { Fleet, FleetState } from './fleet.ts';
import type { Route, RouteChange } from './route.ts';
import type { AlarmSound } from './sound.ts';

export interface AppContext {
  readonly fleet: Fleet;
  readonly state: FleetState;
  readonly alarmFeed: Pick<AlarmFeed, 'take'>;
  readonly alarms: AlarmFeedState;
  /** Urgent alarms of each site, worst first, by `park/site`. */
  readonly alarmsOf: ReadonlyMap<string, readonly Alarm[]>;
  readonly sound: AlarmSound;
  /** Events that were entered here and wait for the platform. */
  readonly outbox: EventOutbox;
  /** Every site, worst first; the same cards as before where nothing changed. */
  readonly cards: readonly SiteCard[];
  readonly route: Route;
  readonly language: Language;
  readonly theme: 'light' | 'dark';
  readonly now: number;
  /** Changes the address; `replace` leaves no step in the history. */
  readonly go: (change: RouteChange, how?: 'replace') => void;
  readonly setTheme: (theme: 'light' | 'dark') => void;
}

export const LanguageContext = createContext<Language>('zh');

/** For components with words only: rendered again when the language changes, not with the clock. */
export function useLanguage(): { readonly language: Language; readonly word: (word: Word) => string } {
  const language = useContext(LanguageContext);
  const word = useCallback((name: Word) => say(name, language), [language]);
  return { language, word };
}

export const AppContextProvider = createContext<AppContext | undefined>(undefined);

export function useAppContext(): AppContext & { readonly word: (word: Word) => string } {
  const found = useContext(AppContextProvider);
  if (found === undefined) throw new Error('a view was rendered outside the page');
  return { ...found, word: (word) => say(word, found.language) };
}

/** Changes of the fleet or the alarms. */
export function useFeedState<T>(feed: { state(): T; subscribe(listener: () => void): () => void }): T {
  const [state, setState] = useState(() => feed.state());
  useEffect(() => {
    setState(() => feed.state());
    return feed.subscribe(() => setState(() => feed.state()));
  }, [feed]);
  return state;
}

/** Server time, once a second: ages grow while nothing arrives. */
export function useNow(fleet: Fleet): number {
  const [now, setNow] = useState(fleet.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(fleet.now()), 1000);
    return () => clearInterval(timer);
  }, [fleet]);
  return now;
}
