/** Narrowing to a state, a park, a subplatform; held in the address. */
import type { HealthState } from '../../../sensors/health.ts';
import { SUBPLATFORMS } from '../../../sensors/subplatforms.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import type { RouteChange } from '../feed/route.ts';
import { StateMark } from '../tiles/state-mark.tsx';
import { Choice } from './choice.tsx';

const STATES: readonly HealthState[] = ['critical', 'unknown', 'warning', 'good'];

type Change = Pick<RouteChange, 'park' | 'subplatform' | 'state'>;

interface Props {
  /** Cards before filtering by state. */
  readonly cards: readonly SiteCard[];
  /** Subplatforms to choose from. */
  readonly subplatforms?: ReadonlySet<string>;
}

export function Filters({ cards, subplatforms }: Props) {
  const { state, route, language, word, go } = useAppContext();
  const filter = (change: Change) => go(change);
  return (
    <div class="filters">
      <fieldset class="state-filter" aria-label={word('state')}>
        {STATES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={route.state === name}
            onClick={() => filter({ state: route.state === name ? undefined : name })}
          >
            <StateMark state={name} />
            <span class="count">{cards.filter((card) => card.state === name).length}</span>
          </button>
        ))}
      </fieldset>
      {subplatforms && (
        <Choice
          label={word('subplatform')}
          value={route.subplatform ?? ''}
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
        value={route.park ?? ''}
        options={[
          ['', word('allParks')],
          ...state.catalog.parks.map(({ id, label }) => [id, label[language]] as const),
        ]}
        onChoose={(value) => filter({ park: value || undefined })}
      />
    </div>
  );
}
