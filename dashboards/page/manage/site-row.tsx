/** One site in the list of its park: type, devices and actions. */
import { useState } from 'preact/hooks';
import type { Site } from '../../../registry/registry.ts';
import { useAppContext } from '../feed/app-context.ts';
import type { DeviceInfo } from '../feed/catalog.ts';
import { keyOf } from '../feed/latest.ts';
import { type DeviceCredentials, type Model, removeSite } from '../feed/places.ts';
import { formatRoute } from '../feed/route.ts';
import { SITE_TYPE_LABELS } from '../language/manage-words.ts';
import { RemoveButton } from '../views/remove-button.tsx';
import { useAction } from '../views/use-action.ts';
import { DeviceForm } from './device-form.tsx';
import { DeviceState } from './device-state.tsx';
import { ShownCredentials } from './shown-credentials.tsx';
import { SiteDetails } from './site-details.tsx';

export function SiteRow({ site, models }: { readonly site: Site; readonly models: readonly Model[] }) {
  const { word, language, state, fleet } = useAppContext();
  const action = useAction(fleet.reload);
  const [open, setOpen] = useState<'details' | 'device'>();
  const [made, setMade] = useState<{ readonly device: string; readonly credentials: DeviceCredentials }>();
  const devices = state.catalog.devices.filter((each) => each.park === site.park && each.site === site.id);
  const name = site.label[language];
  const profile = state.catalog.profiles.find((each) => each.name === site.profile);
  const toggle = (part: 'details' | 'device') => setOpen(open === part ? undefined : part);
  const madeKind = state.catalog.devices.find((each) => each.park === site.park && each.device === made?.device)?.kind;
  return (
    <li data-site={site.id} class="site-row">
      <div class="row-main">
        <h2>{name}</h2>
        <p class="note">
          {SITE_TYPE_LABELS[site.type][language]} · {site.id}
          {profile && ` · ${profile.label[language]}`}
        </p>
      </div>
      <div class="row-actions">
        <button
          type="button"
          aria-expanded={open === 'device'}
          aria-label={`${word('newDevice')} ${name}`}
          onClick={() => toggle('device')}
        >
          {word('newDevice')}
        </button>
        <button
          type="button"
          aria-expanded={open === 'details'}
          aria-label={`${word('rename')} ${name}`}
          onClick={() => toggle('details')}
        >
          {word('rename')}
        </button>
        {devices.length === 0 && (
          <RemoveButton
            text={word('removeSite')}
            of={name}
            isDisabled={action.isBusy}
            onRemove={() => void action.run(() => removeSite(site.park, site.id))}
          />
        )}
      </div>
      {devices.length === 0 ? (
        <p class="note devices">{word('noDevicesHere')}</p>
      ) : (
        <ul class="devices">
          {devices.map((device) => (
            <DeviceLine key={device.device} device={device} />
          ))}
        </ul>
      )}
      {open === 'device' && (
        <DeviceForm
          site={site}
          models={models}
          action={action}
          onMade={(device, credentials) => {
            setMade({ device, credentials });
            setOpen(undefined);
          }}
        />
      )}
      {open === 'details' && <SiteDetails site={site} action={action} onSaved={() => setOpen(undefined)} />}
      {made && (
        <ShownCredentials
          key={made.credentials.password}
          credentials={made.credentials}
          kind={state.catalog.kinds.get(madeKind ?? '')}
        />
      )}
      <p role="status" class="problem">
        {action.problem}
      </p>
    </li>
  );
}

function DeviceLine({ device }: { readonly device: DeviceInfo }) {
  const { language, route, state } = useAppContext();
  const kind = state.catalog.kinds.get(device.kind);
  return (
    <li>
      <a
        href={formatRoute({
          ...{ view: 'manage', park: device.park, device: device.device },
          ...{ language, range: route.range },
        })}
      >
        {device.label?.[language] ?? device.device}
      </a>{' '}
      <span class="note">
        {device.device} · {kind?.label[language] ?? device.kind}
      </span>{' '}
      <DeviceState device={device} row={state.rows.get(keyOf(device))} />
    </li>
  );
}
