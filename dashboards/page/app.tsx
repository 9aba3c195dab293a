/** The frame: reads the address, holds language and theme, shows the view that is asked for. */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Language } from '../../sensors/format.ts';
import { createCards } from './feed/cards.ts';
import type { Fleet } from './feed/fleet.ts';
import { formatPlace, type Place, type PlaceChange, parsePlace } from './feed/place.ts';
import { LanguageContext, SurroundingsContext, useFleetState, useNow } from './feed/surroundings.ts';
import { say } from './language/words.ts';
import { Frame } from './views/frame.tsx';
import { Wall } from './views/wall.tsx';

const preferredLanguage = (): Language =>
  localStorage.getItem('language') === 'en' || (!localStorage.getItem('language') && !/^zh/i.test(navigator.language))
    ? 'en'
    : 'zh';

export function App({ fleet }: { readonly fleet: Fleet }) {
  const [place, setPlace] = useState(() => parsePlace(location.hash, preferredLanguage()));
  const [theme, setTheme] = useState<'light' | 'dark'>(chosenTheme);
  const state = useFleetState(fleet);
  const now = useNow(fleet);
  const cardsOf = useMemo(createCards, []);
  const { catalog, rows } = state;
  const cards = useMemo(() => cardsOf(catalog, rows, now), [cardsOf, catalog, rows, now]);

  useEffect(() => {
    const read = () => setPlace(parsePlace(location.hash, preferredLanguage()));
    addEventListener('hashchange', read);
    // The address may have changed between the first drawing and this effect.
    read();
    return () => removeEventListener('hashchange', read);
  }, []);

  const go = useCallback((change: PlaceChange, how?: 'replace') => {
    const { window: _, ...here }: Place = parsePlace(location.hash, preferredLanguage());
    const next = formatPlace({ ...here, ...change } as Place);
    if (how === 'replace') {
      history.replaceState(null, '', next);
      setPlace(parsePlace(next, preferredLanguage()));
    } else location.hash = next;
  }, []);

  const { language } = place;
  useEffect(() => {
    localStorage.setItem('language', language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = `${say(place.view, language)} · ${say('product', language)}`;
  }, [language, place.view]);
  useEffect(() => {
    document.documentElement.dataset.theme = place.view === 'wall' ? 'dark' : theme;
    localStorage.setItem('theme', theme);
  }, [theme, place.view]);

  const shownTheme = place.view === 'wall' ? 'dark' : theme;
  const surroundings = useMemo(
    () => ({ fleet, state, cards, place, language, theme: shownTheme, now, go, setTheme }) as const,
    [fleet, state, cards, place, language, shownTheme, now, go],
  );
  return (
    <LanguageContext.Provider value={language}>
      <SurroundingsContext.Provider value={surroundings}>
        {place.view === 'wall' ? <Wall /> : <Frame />}
      </SurroundingsContext.Provider>
    </LanguageContext.Provider>
  );
}

function chosenTheme(): 'light' | 'dark' {
  const kept = localStorage.getItem('theme');
  if (kept === 'light' || kept === 'dark') return kept;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
