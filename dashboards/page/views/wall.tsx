/** For a control-room screen: no scrolling, no mouse. Critical sites stay; the others rotate; clock and connection are always visible. */

import { useEffect, useState } from 'preact/hooks';
import { siteKey } from '../../../base/keys.ts';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import { placeOf } from '../feed/alarm-list.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import { pinnedOf } from '../feed/pinned.ts';
import { formatRoute } from '../feed/route.ts';
import { formatDay, formatSeconds } from '../language/format-time.ts';
import { say } from '../language/words.ts';
import { AlarmLine } from '../tiles/alarm-line.tsx';
import { StateMark } from '../tiles/state-mark.tsx';
import { Tile } from '../tiles/tile.tsx';
import { worstWords } from '../tiles/words-of.ts';
import { ConnectionBar } from './connection-bar.tsx';
import { Failed, SignedOut, Skeleton } from './empty-state.tsx';
import { SoundBar } from './sound-bar.tsx';

const CYCLE_MS = 15_000;
/** More on one screen would not be legible from four metres. */
const A_PAGE = 12;
/** Beside pinned ones, which take the larger part. */
const A_PAGE_BESIDE = 6;
/** So many pinned sites are whole tiles; more are lines, because none is left out. */
const MOST_TILES = 6;

export function Wall() {
  const { state, cards, alarmsOf, route, now, language, word } = useAppContext();
  const { pinned, others } = pinnedOf(cards, alarmsOf);
  const pages = pagesOf(others, pinned.length > 0 ? A_PAGE_BESIDE : A_PAGE, word('trouble'), language);
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
        <SoundBar />
        {state.phase === 'loading' && <Skeleton />}
        {state.phase === 'failed' && <Failed />}
        {state.phase === 'signed-out' && <SignedOut />}
        {state.phase === 'ready' && (
          <div class={pinned.length > 0 ? 'wall-body with-pinned' : 'wall-body'}>
            {pinned.length > 0 && <PinnedSites cards={pinned} />}
            {page && (
              <div class="wall-grid" style={gridFor(page.cards.length, pinned.length > 0)}>
                {page.cards.map((card) => (
                  <Tile key={siteKey(card.site.park, card.site.id)} card={card} range={route.range} />
                ))}
              </div>
            )}
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

/** Tiles while they are few; beyond that a line for each of the rest. */
function PinnedSites({ cards }: { readonly cards: readonly SiteCard[] }) {
  const { state, alarmsOf, route, now, language } = useAppContext();
  const lines = cards.slice(MOST_TILES);
  return (
    <section class="wall-pinned" aria-label={say('critical', language)}>
      <div class="wall-grid" style={gridFor(Math.min(cards.length, MOST_TILES), true)}>
        {cards.slice(0, MOST_TILES).map((card) => (
          <Tile key={siteKey(card.site.park, card.site.id)} card={card} range={route.range} />
        ))}
      </div>
      {lines.length > 0 && (
        <ul class="wall-lines" style={{ '--lines': Math.ceil(lines.length / 2) }}>
          {lines.map(({ site, devices: [lead], state: is }) => (
            <li key={siteKey(site.park, site.id)}>
              <StateMark state={is} />
              <b>{site.label[language]}</b>
              <span class="sentence">{worstWords(lead, state.sparks.get(lead.key), now, language)}</span>
              <AlarmLine alarms={alarmsOf.get(placeOf({ park: site.park, site: site.id })) ?? []} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface WallPage {
  readonly title: string;
  readonly cards: readonly SiteCard[];
}

/** Few tiles are large ones: what needs eyes is read from further away. */
function gridFor(count: number, isHalf: boolean) {
  const columns =
    count <= 3
      ? Math.max(1, count)
      : isHalf
        ? Math.ceil(count / (count > 4 ? 2 : 1))
        : Math.round(Math.sqrt(count * 1.3));
  const rows = Math.ceil(count / columns);
  const most = isHalf ? 1.5 / rows : Math.min(2, 3 / rows);
  return { '--columns': columns, '--scale': Math.max(isHalf ? 0.75 : 1, Math.min(most, 5 / columns)) };
}

/** What is wrong first, then every subplatform in its turn. */
function pagesOf(
  cards: readonly SiteCard[],
  size: number,
  trouble: string,
  language: 'zh' | 'en',
): readonly WallPage[] {
  const wrong = cards.filter(({ state }) => state !== 'good');
  const groups: WallPage[] = [
    ...(wrong.length > 0 ? [{ title: trouble, cards: wrong }] : []),
    ...Object.entries(SUBPLATFORMS).map(([name, label]) => ({
      title: label[language],
      cards: cards.filter(({ devices }) => devices[0].kind.subplatform === name),
    })),
  ];
  return groups.flatMap(({ title, cards: all }) => {
    const count = Math.ceil(all.length / size);
    return Array.from({ length: count }, (_, index) => ({
      title: count > 1 ? `${title} ${index + 1}/${count}` : title,
      cards: all.slice(index * size, (index + 1) * size),
    }));
  });
}
