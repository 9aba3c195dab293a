/** Share links that are still good, each to be revoked. */
import { siteKey } from '../../../base/keys.ts';
import { useAppContext } from '../feed/app-context.ts';
import { type ListedShare, loadShares, revokeShare } from '../feed/shares.ts';
import { formatDay } from '../language/format-time.ts';
import { RemoveButton } from './remove-button.tsx';
import { type Loaded, useLoaded } from './use-loaded.ts';

interface Props {
  readonly shares: readonly ListedShare[];
  readonly loaded: Pick<Loaded<unknown>, 'run' | 'isBusy'>;
}

export function ShareRows({ shares, loaded: { run, isBusy } }: Props) {
  const { word, language, state } = useAppContext();
  const places = new Map(state.catalog.sites.map((site) => [siteKey(site.park, site.id), site]));
  return (
    <ul class="rows">
      {shares.map(({ id, title, park, site, createdBy, expiresAt }) => (
        <li key={id}>
          <div class="row-main">
            <b>{title}</b>
            <p class="note">
              {places.get(siteKey(park, site))?.label[language] ?? `${park}/${site}`} · {createdBy} ·{' '}
              {word('validUntil')} {formatDay(expiresAt, language)}
            </p>
          </div>
          <div class="row-actions">
            <RemoveButton
              text={word('revokeShare')}
              of={title}
              isDisabled={isBusy}
              onRemove={() => void run(() => revokeShare(id))}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}

/** All that whoever looks may revoke. */
export function SharedLinks() {
  const { word } = useAppContext();
  const shares = useLoaded(loadShares);
  const { value = [], problem } = shares;
  return (
    <section class="card" aria-labelledby="shares-title">
      <h2 id="shares-title">{word('shares')}</h2>
      <p class="note">{word('sharesNote')}</p>
      <ShareRows shares={value} loaded={shares} />
      <p role="status" class="problem">
        {problem}
      </p>
    </section>
  );
}
