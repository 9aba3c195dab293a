/** All parks with the number of their sites and devices. */
import type { Park } from '../../../registry/registry.ts';
import { useAppContext } from '../feed/app-context.ts';
import { formatRoute } from '../feed/route.ts';
import { useAction } from '../views/use-action.ts';
import { ParkForm } from './park-form.tsx';

export function Parks({ mayAdd }: { readonly mayAdd: boolean }) {
  const { word, state, fleet } = useAppContext();
  const action = useAction(fleet.reload);
  const { parks } = state.catalog;
  return (
    <div class="people manage">
      <div class="head">
        <h1>{word('manage')}</h1>
      </div>
      <section class="card">
        {parks.length === 0 && <p class="note">{word('noParksYet')}</p>}
        <ul class="rows">
          {parks.map((park) => (
            <Row key={park.id} park={park} />
          ))}
        </ul>
        {mayAdd && (
          <details class="add">
            <summary>{word('addPark')}</summary>
            <ParkForm action={action} />
          </details>
        )}
        <p role="status" class="problem">
          {action.problem}
        </p>
      </section>
    </div>
  );
}

function Row({ park: { id, label, isDemo } }: { readonly park: Park }) {
  const { word, language, state, route } = useAppContext();
  const sites = state.catalog.sites.filter(({ park }) => park === id).length;
  const devices = state.catalog.devices.filter(({ park }) => park === id).length;
  return (
    <li data-park={id}>
      <div class="row-main">
        <b>{label[language]}</b> <span class="note">{id}</span> {isDemo && <span class="tag">{word('demoMark')}</span>}
        <p class="note">
          {sites} {word('countSites')} · {devices} {word('countDevices')}
        </p>
      </div>
      <div class="row-actions">
        <a
          class="button"
          href={formatRoute({ view: 'manage', park: id, language, range: route.range })}
          aria-label={`${word('openPark')} ${label[language]}`}
        >
          {word('openPark')}
        </a>
      </div>
    </li>
  );
}
