/** Views without data: each says why and what to do. */
import { useAppContext, useLanguage } from '../feed/app-context.ts';

export function Skeleton() {
  const { word } = useLanguage();
  return (
    <section aria-busy="true" aria-label={word('loading')}>
      <div class="bone bone-title" />
      <div class="grid">
        {Array.from({ length: 12 }, (_, index) => (
          <div key={index} class="tile bone" />
        ))}
      </div>
    </section>
  );
}

export function NoSites() {
  const { word } = useLanguage();
  return (
    <section class="nothing">
      <h1>{word('noSites')}</h1>
      <p>{word('noSitesHelp')}</p>
    </section>
  );
}

/** Filters that nothing matches. */
export function Empty() {
  const { word, go, route } = useAppContext();
  return (
    <div class="nothing">
      <h2>{word('noMatch')}</h2>
      <button
        type="button"
        class="button"
        onClick={() =>
          go({
            park: undefined,
            state: undefined,
            subplatform: route.view === 'platform' ? route.subplatform : undefined,
          })
        }
      >
        {word('clearFilters')}
      </button>
    </div>
  );
}

export function Failed() {
  const { word, fleet } = useAppContext();
  return (
    <section class="nothing">
      <h1>{word('failed')}</h1>
      <p>{word('failedHelp')}</p>
      <button type="button" class="button" onClick={() => fleet.reload()}>
        {word('retry')}
      </button>
    </section>
  );
}

export function SignedOut() {
  const { word } = useLanguage();
  return (
    <section class="nothing">
      <h1>{word('signIn')}</h1>
      <p>{word('signInHelp')}</p>
      <a class="button" href="/sign-in">
        {word('openSignIn')}
      </a>
    </section>
  );
}
