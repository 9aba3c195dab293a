/** Is anything wrong, where, since when: every site a tile, worst first. */
import type { HealthState } from '../../../sensors/health.ts';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import { cardsOf, type SiteCard } from '../feed/cards.ts';
import type { Place } from '../feed/place.ts';
import { useSurroundings } from '../feed/surroundings.ts';
import { StateMark } from '../tiles/state-mark.tsx';
import { Tile } from '../tiles/tile.tsx';
import { Choice } from './choice.tsx';

const STATES: readonly HealthState[] = ['critical', 'unknown', 'warning', 'good'];

export function Overview() {
  const { state, place, now, language, word, go } = useSurroundings();
  const all = cardsOf(state.catalog, state.rows, now);
  const { park, subplatform } = place;
  const placed = all.filter(
    (card) =>
      (!park || card.site.park === park) &&
      (!subplatform || card.devices.some(({ kind }) => kind.subplatform === subplatform)),
  );
  const cards = placed.filter((card) => !place.state || card.state === place.state);
  const used = new Set<string>(all.flatMap(({ devices }) => devices.map(({ kind }) => kind.subplatform)));
  const filter = (change: Partial<Record<'park' | 'subplatform' | 'state', string | undefined>>) =>
    go(change as Partial<Place>);
  if (all.length === 0) {
    return (
      <section class="nothing">
        <h1>{word('noSites')}</h1>
        <p>{word('noSitesHelp')}</p>
      </section>
    );
  }
  return (
    <section class="overview">
      <div class="head">
        <h1>{word('county')}</h1>
        <p class="lead" role="status">
          {headline(placed, word('allWell'), language)}
        </p>
      </div>
      <div class="filters">
        <fieldset class="state-filter" aria-label={word('state')}>
          {STATES.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={place.state === name}
              onClick={() => filter({ state: place.state === name ? undefined : name })}
            >
              <StateMark state={name} />
              <span class="count">{placed.filter((card) => card.state === name).length}</span>
            </button>
          ))}
        </fieldset>
        <Choice
          label={word('subplatform')}
          value={subplatform ?? ''}
          options={[
            ['', word('allSubplatforms')],
            ...Object.entries(SUBPLATFORMS)
              .filter(([name]) => used.has(name))
              .map(([name, label]) => [name, label[language]] as const),
          ]}
          onChoose={(value) => filter({ subplatform: value || undefined })}
        />
        <Choice
          label={word('park')}
          value={park ?? ''}
          options={[
            ['', word('allParks')],
            ...state.catalog.parks.map(({ id, label }) => [id, label[language]] as const),
          ]}
          onChoose={(value) => filter({ park: value || undefined })}
        />
      </div>
      {cards.length === 0 ? (
        <div class="nothing">
          <h2>{word('noMatch')}</h2>
          <button
            type="button"
            class="button"
            onClick={() => filter({ park: undefined, subplatform: undefined, state: undefined })}
          >
            {word('clearFilters')}
          </button>
        </div>
      ) : (
        <div class="grid">
          {cards.map((card) => (
            <Tile key={`${card.site.park}/${card.site.id}`} card={card} />
          ))}
        </div>
      )}
    </section>
  );
}

/** The worst in words: where, and what. */
export function headline(cards: readonly SiteCard[], allWell: string, language: 'zh' | 'en'): string {
  const worst = cards.find(({ state }) => state === 'critical') ?? cards.find(({ state }) => state !== 'good');
  const reason = worst?.devices[0].assessment.reasons[0];
  return worst === undefined || reason === undefined
    ? allWell
    : `${worst.site.label[language]} · ${reason.label[language]}`;
}
