/** The gallery: every component in every state, from fixtures and a clock that stands still. `?theme=dark&lang=en` shows the others. */
import { render } from 'preact';
import type { Language } from '../../../sensors/format.ts';
import { bySite } from '../feed/alarm-list.ts';
import { type AppContext, AppContextProvider, LanguageContext } from '../feed/app-context.ts';
import { createCards } from '../feed/cards.ts';
import type { Fleet, FleetState } from '../feed/fleet.ts';
import type { AlarmSound } from '../feed/sound.ts';
import { say } from '../language/words.ts';
import { exhibits } from './exhibits.tsx';
import { ALARMS, CATALOG, NOW, ROWS, SPARKS } from './fixtures.ts';

const asked = new URLSearchParams(location.search);
const language: Language = asked.get('lang') === 'en' ? 'en' : 'zh';
const theme = asked.get('theme') === 'dark' ? 'dark' : 'light';
document.documentElement.dataset.theme = theme;
document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';

const state: FleetState = {
  phase: 'ready',
  catalog: CATALOG,
  rows: ROWS,
  sparks: SPARKS,
  isLive: true,
  clockOffsetMs: 0,
};
const nothing = () => () => undefined;
const fleet: Fleet = {
  state: () => state,
  subscribe: nothing,
  onReadings: nothing,
  onStale: nothing,
  now: () => NOW,
  reload: async () => undefined,
  close: () => undefined,
};
const sound: AlarmSound = {
  state: () => ({ choice: 'unasked', isHeld: false }),
  subscribe: nothing,
  choose: () => undefined,
  set: () => undefined,
};
const context: AppContext = {
  fleet,
  state,
  alarmFeed: { take: () => undefined },
  alarms: { alarms: ALARMS, isKnown: true, isCurrent: true },
  alarmsOf: bySite(ALARMS),
  sound,
  outbox: {
    state: () => [],
    subscribe: nothing,
    add: () => undefined,
    discard: () => undefined,
    send: async () => undefined,
    close: () => undefined,
  },
  cards: createCards()(CATALOG, ROWS, NOW),
  route: { view: 'overview', language, range: '24h' },
  language,
  theme,
  now: NOW,
  go: () => undefined,
  setTheme: () => undefined,
};

const root = document.getElementById('gallery');
if (root !== null)
  render(
    <LanguageContext.Provider value={language}>
      <AppContextProvider.Provider value={context}>
        <main class="gallery">
          <h1>{say('product', language)}</h1>
          {exhibits(context.cards).map(({ name, isWide, pieces }) => (
            <section key={name}>
              <h2>{name}</h2>
              <div class="exhibits" data-exhibit={name}>
                {pieces.map(([title, piece]) => (
                  <div key={title} class={isWide ? 'exhibit wide' : 'exhibit'}>
                    <p>{title}</p>
                    {piece}
                  </div>
                ))}
              </div>
            </section>
          ))}
        </main>
      </AppContextProvider.Provider>
    </LanguageContext.Provider>,
    root,
  );
