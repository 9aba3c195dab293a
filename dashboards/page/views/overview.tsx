/** What is wrong, where, since when: a tile for every site, worst first. */
import { siteKey } from '../../../base/keys.ts';
import type { Language } from '../../../sensors/format.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import type { FleetState } from '../feed/fleet.ts';
import { say } from '../language/words.ts';
import { Tile } from '../tiles/tile.tsx';
import { ViewportProvider } from '../tiles/viewport.tsx';
import { worstWords } from '../tiles/words-of.ts';
import { Empty, NoSites } from './empty-state.tsx';
import { Filters } from './filters.tsx';

export function Overview() {
  const { state, cards: all, route, now, language, word } = useAppContext();
  const { park, subplatform } = route;
  const placed = all.filter(
    (card) =>
      (!park || card.site.park === park) &&
      (!subplatform || card.devices.some(({ kind }) => kind.subplatform === subplatform)),
  );
  const cards = placed.filter((card) => !route.state || card.state === route.state);
  if (all.length === 0) return <NoSites />;
  return (
    <section class="overview">
      <div class="head">
        <h1>{word('county')}</h1>
        <p class="lead" role="status">
          {headline(placed, state.sparks, now, language)}
        </p>
      </div>
      <Filters
        cards={placed}
        subplatforms={new Set(all.flatMap(({ devices }) => devices.map(({ kind }) => kind.subplatform)))}
      />
      {cards.length === 0 ? (
        <Empty />
      ) : (
        <div class="grid">
          <ViewportProvider>
            {cards.map((card) => (
              <Tile key={siteKey(card.site.park, card.site.id)} card={card} range={route.range} />
            ))}
          </ViewportProvider>
        </div>
      )}
    </section>
  );
}

/** The worst sites in words: where, and what. */
function headline(cards: readonly SiteCard[], sparks: FleetState['sparks'], now: number, language: Language): string {
  const worst = cards.find(({ state }) => state === 'critical') ?? cards.find(({ state }) => state !== 'good');
  if (worst === undefined) return say('allWell', language);
  const [lead] = worst.devices;
  return `${worst.site.label[language]} · ${worstWords(lead, sparks.get(lead.key), now, language)}`;
}
