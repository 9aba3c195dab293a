/** A rail on a desktop, tabs at the bottom of a phone; the connection is always visible. */

import { siteKey } from '../../../base/keys.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { Catalog } from '../feed/catalog.ts';
import { may, useMe } from '../feed/people.ts';
import type { Route } from '../feed/route.ts';
import { formatSeconds } from '../language/format-time.ts';
import { FirstRun } from '../manage/first-run.tsx';
import { Icon } from '../tiles/icon.tsx';
import { AlarmCentre } from './alarm-centre.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { Failed, SignedOut, Skeleton } from './empty-state.tsx';
import { HandOver } from './handover.tsx';
import { later } from './later.tsx';
import { NavBar } from './nav-bar.tsx';
import { Overview } from './overview.tsx';
import { Platform } from './platform.tsx';
import { Quality } from './quality.tsx';
import { SiteView } from './site.tsx';
import { SoundBar } from './sound-bar.tsx';
import { WhoIAm } from './who-i-am.tsx';

const Reports = later(async () => (await import('../analysis/reports.tsx')).Reports);
const Manage = later(async () => (await import('../manage/manage.tsx')).Manage);
const Audit = later(async () => (await import('./audit.tsx')).Audit);
const DoctorView = later(async () => (await import('./doctor.tsx')).DoctorView);
const People = later(async () => (await import('./people.tsx')).People);

export function Frame() {
  const { route, state, language, word, now, go, theme, setTheme } = useAppContext();
  const me = useMe();
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
        <NavBar here={here} mayManage={may(me, 'administer')} />
        <div class="rail-foot">
          <p class="clock" title={word('beijing')}>
            <span class={state.isLive ? 'pulse on' : 'pulse'} aria-hidden="true" />
            <time>{formatSeconds(now)}</time>
            <span class="clock-note">{state.isLive ? word('live') : word('connecting')}</span>
          </p>
          <WhoIAm me={me} isHere={here === 'people' || here === 'audit'} />
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

/** A site belongs to the subplatform of its first device. */
function hereOf({ view, park, site, subplatform }: Route, { devices, kinds }: Catalog): string | undefined {
  if (view === 'platform') return subplatform;
  if (view !== 'site') return view;
  const device = devices.find((each) => each.park === park && each.site === site);
  return kinds.get(device?.kind ?? '')?.subplatform ?? 'overview';
}

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
    case 'doctor':
      return <DoctorView park={route.park ?? ''} device={route.device ?? ''} />;
    case 'alarms':
      return <AlarmCentre />;
    case 'handover':
      return <HandOver />;
    case 'reports':
      return <Reports />;
    case 'people':
      return <People />;
    case 'audit':
      return <Audit />;
    case 'manage':
      return <Manage />;
    case 'start':
      return <FirstRun />;
    case 'overview':
    case 'wall':
      return <Overview />;
  }
}

function focusContent(): void {
  document.getElementById('content')?.focus();
}
