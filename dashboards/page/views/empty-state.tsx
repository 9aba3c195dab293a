/** Views without data: each says why and what to do. */
import { useEffect } from 'preact/hooks';
import { useAppContext, useLanguage } from '../feed/app-context.ts';
import { may, useMe } from '../feed/people.ts';

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

/** Whoever may change that is led to the guide. */
export function NoSites() {
  const { word, go } = useAppContext();
  const me = useMe();
  const isTheirs = may(me, 'administer') || me?.mayMakeFirstAccount === true;
  useEffect(() => {
    if (isTheirs) go({ view: 'start' }, 'replace');
  }, [isTheirs]);
  return (
    <section class="nothing">
      <h1>{word('noSites')}</h1>
      <p>{word('askAdmin')}</p>
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
      <button type="button" class="button" onClick={() => void fleet.reload()}>
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
