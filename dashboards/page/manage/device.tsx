/** One device: details, credentials, hardware, removal and history. */
import type { Park } from '../../../registry/registry.ts';
import { useAppContext } from '../feed/app-context.ts';
import { keyOf } from '../feed/latest.ts';
import { formatRoute } from '../feed/route.ts';
import { Changes } from './changes.tsx';
import { CredentialsCard } from './credentials-card.tsx';
import { DeviceChildren } from './device-children.tsx';
import { DeviceDetails } from './device-details.tsx';
import { DeviceEnd } from './device-end.tsx';
import { DeviceState } from './device-state.tsx';
import { MappingTry } from './mapping-try.tsx';

export function DevicePage({ park, id }: { readonly park: Park; readonly id: string }) {
  const { word, language, state, route } = useAppContext();
  const device = state.catalog.devices.find((each) => each.park === park.id && each.device === id);
  const back = formatRoute({ view: 'manage', park: park.id, language, range: route.range });
  if (device === undefined)
    return (
      <section class="nothing">
        <h1>{word('deviceUnknown')}</h1>
        <a class="button" href={back}>
          {park.label[language]}
        </a>
      </section>
    );
  const kind = state.catalog.kinds.get(device.kind);
  const site = state.catalog.sites.find((each) => each.park === device.park && each.id === device.site);
  return (
    <div class="people manage">
      <div class="head">
        <h1>{device.label?.[language] ?? id}</h1>
        <span class="note">
          {park.id}.{id} · {kind?.label[language] ?? device.kind} · {site?.label[language] ?? device.site}
        </span>
        <DeviceState device={device} row={state.rows.get(keyOf(device))} />
        <a class="button" href={back}>
          {park.label[language]}
        </a>
      </div>
      <DeviceDetails device={device} />
      <CredentialsCard device={device} kind={kind} />
      <MappingTry device={device} kind={kind} />
      <DeviceChildren device={device} />
      <DeviceEnd device={device} />
      <section class="card">
        <Changes park={park.id} id={id} what="device" />
      </section>
    </div>
  );
}
