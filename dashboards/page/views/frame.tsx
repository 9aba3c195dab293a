/** Rail on a desk, tabs at the bottom of a phone; the connection always in sight. */

import { siteKey } from '../../../base/keys.ts';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import { isUnacknowledged } from '../feed/alarm-list.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { Catalog } from '../feed/catalog.ts';
import { formatRoute, type Route } from '../feed/route.ts';
import { formatSeconds } from '../language/format-time.ts';
import { Icon, type IconName, PATHS } from '../tiles/icon.tsx';
import { AlarmCentre } from './alarm-centre.tsx';
import { Audit } from './audit.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { Failed, SignedOut, Skeleton } from './empty-state.tsx';
import { HandOver } from './handover.tsx';
import { Overview } from './overview.tsx';
import { People } from './people.tsx';
import { Platform } from './platform.tsx';
import { Quality } from './quality.tsx';
import { SiteView } from './site.tsx';
import { SoundBar } from './sound-bar.tsx';
import { WhoIAm } from './who-i-am.tsx';

export function Frame() {
  const { route, state, alarms, language, word, now, go, theme, setTheme } = useAppContext();
  const waiting = [...alarms.alarms.values()].filter(isUnacknowledged).length;
  const here = hereOf(route, state.catalog);
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
          <Tab to={{ view: 'overview' }} icon="overview" isHere={here === 'overview'}>
            {word('overview')}
          </Tab>
          <Tab to={{ view: 'alarms' }} icon="alarms" isHere={here === 'alarms'} count={waiting}>
            {word('alarms')}
          </Tab>
          {subplatformsOf(state.catalog).map(([name, label]) => (
            <Tab key={name} to={{ view: 'platform', subplatform: name }} icon={iconOf(name)} isHere={here === name}>
              {label[language]}
            </Tab>
          ))}
          <Tab to={{ view: 'quality' }} icon="quality" isHere={here === 'quality'}>
            {word('quality')}
          </Tab>
          <Tab to={{ view: 'handover' }} icon="handover" isHere={here === 'handover'}>
            {word('handover')}
          </Tab>
          <Tab to={{ view: 'wall' }} icon="wall" isHere={false}>
            {word('wall')}
          </Tab>
        </nav>
        <div class="rail-foot">
          <p class="clock" title={word('beijing')}>
            <span class={state.isLive ? 'pulse on' : 'pulse'} aria-hidden="true" />
            <time>{formatSeconds(now)}</time>
            <span class="clock-note">{state.isLive ? word('live') : word('connecting')}</span>
          </p>
          <WhoIAm isHere={here === 'people' || here === 'audit'} />
          <div class="switches">
            <button
              type="button"
              lang={language === 'zh' ? 'en' : 'zh-CN'}
              onClick={() =>
                go(
                  { language: language === 'zh' ? 'en' : 'zh', ...(route.window && { window: route.window }) },
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
        <SoundBar />
        <Content />
      </main>
    </div>
  );
}

interface TabProps {
  readonly to: Pick<Route, 'view' | 'subplatform'>;
  readonly icon: IconName;
  readonly isHere: boolean;
  /** Of what waits there. */
  readonly count?: number;
  readonly children: string;
}

function Tab({ to, icon, isHere, count = 0, children }: TabProps) {
  const { language, route, word } = useAppContext();
  return (
    <a
      class={`tab to-${to.view}`}
      href={formatRoute({ ...to, language, range: route.range })}
      aria-current={isHere ? 'page' : undefined}
    >
      <Icon name={icon} />
      <span>{children}</span>
      {count > 0 && (
        <b class="badge">
          {count}
          <span class="unseen"> {word('unacknowledgedCount')}</span>
        </b>
      )}
    </a>
  );
}

/** A site belongs to the subplatform of its first device. */
function hereOf({ view, park, site, subplatform }: Route, { devices, kinds }: Catalog): string | undefined {
  if (view === 'platform') return subplatform;
  if (view !== 'site') return view;
  const device = devices.find((each) => each.park === park && each.site === site);
  return kinds.get(device?.kind ?? '')?.subplatform ?? 'overview';
}

function subplatformsOf({ devices, kinds }: Catalog) {
  const used = new Set(devices.map(({ kind }) => kinds.get(kind)?.subplatform));
  return Object.entries(SUBPLATFORMS).filter(([name]) => used.has(name as keyof typeof SUBPLATFORMS));
}

const iconOf = (name: string): IconName => (name in PATHS ? (name as IconName) : 'platform');

function Content() {
  const { route, state } = useAppContext();
  if (state.phase === 'signed-out') return <SignedOut />;
  if (state.phase === 'failed') return <Failed />;
  if (state.phase === 'loading') return <Skeleton />;
  switch (route.view) {
    case 'site':
      return <SiteView key={siteKey(route.park ?? '', route.site ?? '')} />;
    case 'platform':
      return <Platform key={route.subplatform} />;
    case 'quality':
      return <Quality />;
    case 'alarms':
      return <AlarmCentre />;
    case 'handover':
      return <HandOver />;
    case 'people':
      return <People />;
    case 'audit':
      return <Audit />;
    case 'overview':
    case 'wall':
      return <Overview />;
  }
}

function focusContent(): void {
  document.getElementById('content')?.focus();
}
