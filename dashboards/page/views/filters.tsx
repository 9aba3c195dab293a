/** Narrowing to a state, a park, a subplatform; held in the address. */
import type { HealthState } from '../../../sensors/health.ts';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import type { SiteCard } from '../feed/cards.ts';
import type { PlaceChange } from '../feed/place.ts';
import { useSurroundings } from '../feed/surroundings.ts';
import { StateMark } from '../tiles/state-mark.tsx';
import { Choice } from './choice.tsx';

const STATES: readonly HealthState[] = ['critical', 'unknown', 'warning', 'good'];

type Change = Pick<PlaceChange, 'park' | 'subplatform' | 'state'>;

interface Props {
  /** All before the choice of a state. */
  readonly cards: readonly SiteCard[];
  /** Subplatforms to choose from. */
  readonly subplatforms?: ReadonlySet<string>;
}

export function Filters({ cards, subplatforms }: Props) {
  const { state, place, language, word, go } = useSurroundings();
  const filter = (change: Change) => go(change);
  return (
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
            <span class="count">{cards.filter((card) => card.state === name).length}</span>
          </button>
        ))}
      </fieldset>
      {subplatforms && (
        <Choice
          label={word('subplatform')}
          value={place.subplatform ?? ''}
          options={[
            ['', word('allSubplatforms')],
            ...Object.entries(SUBPLATFORMS)
              .filter(([name]) => subplatforms.has(name))
              .map(([name, label]) => [name, label[language]] as const),
          ]}
          onChoose={(value) => filter({ subplatform: value || undefined })}
        />
      )}
      <Choice
        label={word('park')}
        value={place.park ?? ''}
        options={[
          ['', word('allParks')],
          ...state.catalog.parks.map(({ id, label }) => [id, label[language]] as const),
        ]}
        onChoose={(value) => filter({ park: value || undefined })}
      />
    </div>
  );
}
