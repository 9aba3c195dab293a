/** Compares with other sites of the same kind in the same charts. */

import { siteKey } from '../../../base/keys.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { SiteCard } from '../feed/cards.ts';
import { MOST_COMPARED } from '../feed/route.ts';

interface Props {
  readonly card: SiteCard;
  readonly cards: readonly SiteCard[];
}

const idOf = ({ site }: SiteCard) => siteKey(site.park, site.id);

export function Compare({ card, cards }: Props) {
  const { route, language, word, go } = useAppContext();
  const chosen = route.compare ?? [];
  const kinds = new Set(card.devices.flatMap(({ kind }) => (kind.isIntermittent ? [] : [kind.name])));
  const like = cards
    .filter((other) => idOf(other) !== idOf(card) && other.devices.some(({ kind }) => kinds.has(kind.name)))
    .sort((one, other) => one.site.label[language].localeCompare(other.site.label[language], language));
  if (like.length === 0) return null;
  const choose = (compare: readonly string[]) =>
    go({ compare: compare.length > 0 ? compare : undefined, window: route.window }, 'replace');
  return (
    <p class="compare">
      <label>
        {word('compare')}{' '}
        <select
          class="choice"
          value=""
          disabled={chosen.length >= MOST_COMPARED}
          onChange={(event) => choose([...chosen, event.currentTarget.value])}
        >
          <option value="">{word('addSite')}</option>
          {like
            .filter((other) => !chosen.includes(idOf(other)))
            .map((other) => (
              <option key={idOf(other)} value={idOf(other)}>
                {other.site.label[language]}
              </option>
            ))}
        </select>
      </label>
      {chosen.map((id) => {
        const name = cards.find((other) => idOf(other) === id)?.site.label[language] ?? id;
        return (
          <button key={id} type="button" class="chip" onClick={() => choose(chosen.filter((each) => each !== id))}>
            {name} <span aria-hidden="true">×</span>
            <span class="unseen">{word('remove')}</span>
          </button>
        );
      })}
    </p>
  );
}
