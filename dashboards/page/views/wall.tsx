/** For a control-room screen: no scrolling, no mouse, one subplatform after another, clock and connection always there. */
import { useEffect, useState } from 'preact/hooks';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import { formatRoute } from '../feed/route.ts';
import { formatDay, formatSeconds } from '../language/beijing-time.ts';
import { StateMark } from '../tiles/state-mark.tsx';
import { Tile } from '../tiles/tile.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { Failed, SignedOut, Skeleton } from './empty-state.tsx';

const CYCLE_MS = 15_000;
/** More on one screen would not be legible from four metres. */
const A_PAGE = 12;

export function Wall() {
  const { state, cards, route, now, language, word } = useAppContext();
  const pages = pagesOf(cards, word('trouble'), language);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((before) => before + 1), CYCLE_MS);
    return () => clearInterval(timer);
  }, []);
  const page = pages[turn % Math.max(1, pages.length)];
  return (
    <div class="wall">
      <header class="wall-head">
        <h1>{page?.title ?? word('county')}</h1>
        <p class="wall-pages" aria-hidden="true">
          {pages.map(({ title }, index) => (
            <span key={title} class={index === turn % pages.length ? 'dot on' : 'dot'} />
          ))}
        </p>
        <p class="wall-clock">
          <span class={state.isLive ? 'pulse on' : 'pulse'} aria-hidden="true" />
          <span class="wall-live">{state.isLive ? word('live') : word('connecting')}</span>
          <span>{formatDay(now, language)}</span> <time>{formatSeconds(now)}</time>
        </p>
        <a class="wall-leave" href={formatRoute({ ...route, view: 'overview' })}>
          {word('leaveWall')}
        </a>
      </header>
      <main id="content">
        <ConnectionBar />
        {state.phase === 'loading' && <Skeleton />}
        {state.phase === 'failed' && <Failed />}
        {state.phase === 'signed-out' && <SignedOut />}
        {state.phase === 'ready' && (
          <div class="wall-grid" style={gridFor(page?.cards.length ?? 1)}>
            {page?.cards.map((card) => (
              <Tile key={`${card.site.park}/${card.site.id}`} card={card} range={route.range} />
            ))}
          </div>
        )}
      </main>
      <footer class="wall-foot">
        {(['critical', 'unknown', 'warning', 'good'] as const).map((name) => (
          <span key={name}>
            <StateMark state={name} />
            <b>{cards.filter((card) => card.state === name).length}</b>
          </span>
        ))}
      </footer>
    </div>
  );
}

interface WallPage {
  readonly title: string;
  readonly cards: readonly SiteCard[];
}

/** Few tiles are large ones: what needs eyes is read from further away. */
function gridFor(count: number) {
  const columns = count <= 3 ? Math.max(1, count) : Math.round(Math.sqrt(count * 1.3));
  const rows = Math.ceil(count / columns);
  return { '--columns': columns, '--scale': Math.max(1, Math.min(2, 3 / rows, 5 / columns)) };
}

/** What is wrong first, then every subplatform in its turn. */
function pagesOf(cards: readonly SiteCard[], trouble: string, language: 'zh' | 'en'): readonly WallPage[] {
  const wrong = cards.filter(({ state }) => state !== 'good');
  const groups: WallPage[] = [
    ...(wrong.length > 0 ? [{ title: trouble, cards: wrong }] : []),
    ...Object.entries(SUBPLATFORMS).map(([name, label]) => ({
      title: label[language],
      cards: cards.filter(({ devices }) => devices[0].kind.subplatform === name),
    })),
  ];
  return groups.flatMap(({ title, cards: all }) => {
    const count = Math.ceil(all.length / A_PAGE);
    return Array.from({ length: count }, (_, index) => ({
      title: count > 1 ? `${title} ${index + 1}/${count}` : title,
      cards: all.slice(index * A_PAGE, (index + 1) * A_PAGE),
    }));
  });
}
