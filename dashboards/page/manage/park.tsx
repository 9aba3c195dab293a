/** One park: its sites with their devices and actions. */
import { useState } from 'preact/hooks';
import type { Park } from '../../../registry/registry.ts';
import { useAppContext } from '../feed/app-context.ts';
import { loadModels, removePark, renamePark } from '../feed/places.ts';
import { formatRoute } from '../feed/route.ts';
import { RemoveButton } from '../views/remove-button.tsx';
import { useAction } from '../views/use-action.ts';
import { useLoaded } from '../views/use-loaded.ts';
import { Changes } from './changes.tsx';
import { ImportDevices } from './import-devices.tsx';
import { NamesForm } from './names-form.tsx';
import { SiteForm } from './site-form.tsx';
import { SiteRow } from './site-row.tsx';

export function ParkPage({ park }: { readonly park: Park }) {
  const { word, language, state, fleet, route, go } = useAppContext();
  const action = useAction(fleet.reload);
  const { value: models = [] } = useLoaded(loadModels);
  const [isEdited, setEdited] = useState(false);
  const sites = state.catalog.sites.filter((site) => site.park === park.id);
  const name = park.label[language];
  return (
    <div class="people manage">
      <div class="head">
        <h1>{name}</h1>
        <span class="note">{park.id}</span>
        {park.isDemo && <span class="tag">{word('demoMark')}</span>}
        <a class="button" href={formatRoute({ view: 'manage', language, range: route.range })}>
          {word('allParksLink')}
        </a>
      </div>
      <section class="card">
        {sites.length === 0 && <p class="note">{word('noSitesYet')}</p>}
        <ul class="rows">
          {sites.map((site) => (
            <SiteRow key={site.id} site={site} models={models} />
          ))}
        </ul>
        <details class="add">
          <summary>{word('newSite')}</summary>
          <SiteForm park={park.id} action={action} />
        </details>
        <ImportDevices park={park.id} action={action} />
        <p role="status" class="problem">
          {action.problem}
        </p>
      </section>
      <section class="card">
        <h2>{word('detailsOf')}</h2>
        <div class="row-actions">
          <button type="button" aria-expanded={isEdited} onClick={() => setEdited(!isEdited)}>
            {word('rename')}
          </button>
          <RemoveButton
            text={word('removePark')}
            of={name}
            isDisabled={action.isBusy || sites.length > 0}
            onRemove={() =>
              void action
                .run(async () => {
                  await removePark(park.id);
                  return true;
                })
                .then((isGone) => isGone && go({ park: undefined }, 'replace'))
            }
          />
        </div>
        {isEdited && (
          <NamesForm
            label={park.label}
            isBusy={action.isBusy}
            onSave={(label) =>
              void action.run(() => renamePark(park.id, label)).then((done) => done && setEdited(false))
            }
          />
        )}
        <Changes park={park.id} what="park" />
      </section>
    </div>
  );
}
