/** Rail on a desk, tabs at the bottom of a phone; the connection always in sight. */

import { formatPlace } from '../feed/place.ts';
import { useSurroundings } from '../feed/surroundings.ts';
import { formatSeconds } from '../language/beijing-time.ts';
import { Icon } from '../tiles/icon.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { Failed, SignedOut, Skeleton } from './emptiness.tsx';
import { Overview } from './overview.tsx';
import { Quality } from './quality.tsx';
import { SiteView } from './site.tsx';

const TABS = ['overview', 'quality', 'wall'] as const;

export function Frame() {
  const { place, state, language, word, now, go, theme, setTheme } = useSurroundings();
  const here = place.view === 'site' ? 'overview' : place.view;
  const isOther = theme === 'dark' ? 'light' : 'dark';
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={focusContent}>
        {word('skip')}
      </button>
      <header class="rail">
        <div class="brand">
          <Icon name="brand" />
          <span class="brand-name">{word('product')}</span>
        </div>
        <nav aria-label={word('product')}>
          {TABS.map((view) => (
            <a
              key={view}
              class="tab"
              href={formatPlace({ view, language, range: place.range })}
              aria-current={here === view ? 'page' : undefined}
            >
              <Icon name={view} />
              <span>{word(view)}</span>
            </a>
          ))}
        </nav>
        <div class="rail-foot">
          <p class="clock" title={word('beijing')}>
            <span class={state.isLive ? 'pulse on' : 'pulse'} aria-hidden="true" />
            <time>{formatSeconds(now)}</time>
            <span class="clock-note">{state.isLive ? word('live') : word('connecting')}</span>
          </p>
          <div class="switches">
            <button
              type="button"
              lang={language === 'zh' ? 'en' : 'zh-CN'}
              onClick={() =>
                go(
                  { language: language === 'zh' ? 'en' : 'zh', ...(place.window && { window: place.window }) },
                  'replace',
                )
              }
            >
              {language === 'zh' ? 'EN' : '中文'}
            </button>
            <button type="button" onClick={() => setTheme(isOther)} aria-label={word(`${isOther}Theme`)}>
              <Icon name={isOther} />
            </button>
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <ConnectionBar />
        <Content />
      </main>
    </div>
  );
}

function Content() {
  const { place, state } = useSurroundings();
  if (state.phase === 'signed-out') return <SignedOut />;
  if (state.phase === 'failed') return <Failed />;
  if (state.phase === 'loading') return <Skeleton />;
  switch (place.view) {
    case 'site':
      return <SiteView key={`${place.park}/${place.site}`} />;
    case 'quality':
      return <Quality />;
    case 'overview':
    case 'wall':
      return <Overview />;
  }
}

function focusContent(): void {
  document.getElementById('content')?.focus();
}
