/** Takes the registry from the log, so that each entry is evaluated with the records in force at its position. */
import type { RegistryEntry } from '../bus/events.ts';
import type { Profile } from '../sensors/profile.ts';
import { type Emitter, end } from './lifecycle.ts';
import {
  cellOf,
  type DeviceInfo,
  HEAD,
  isExpected,
  newDevice,
  type ParkCell,
  type SiteInfo,
  type State,
} from './state.ts';

/** A full snapshot in parts: records that no part names have been removed. */
export function takeRegistry(state: State, entry: RegistryEntry, to: Emitter): void {
  const named = [
    ...(entry.parks ?? []).map((park) => putPark(state, park as ParkCell['info'])),
    ...(entry.sites ?? []).map((site) => putSite(state, site as SiteInfo)),
    ...(entry.profiles ?? []).map((profile) => putProfile(state, profile as Profile)),
    ...(entry.devices ?? []).map((device) => putDevice(state, device as DeviceInfo, to)),
  ];
  const { part, parts } = entry;
  if (part === undefined || parts === undefined) return;
  const { head } = state;
  head.naming = [...(part === 1 ? [] : (head.naming ?? [])), ...named];
  state.dirty.add(HEAD);
  if (part < parts) return;
  removeUnnamed(state, new Set(head.naming), to);
  delete head.naming;
  head.hasRegistry = true;
}

function putPark(state: State, info: ParkCell['info']): string {
  const name = cellOf.park(info.id);
  const known = state.parks.get(name);
  if (known) known.info = info;
  else state.parks.set(name, { info, outages: {}, neverReported: {} });
  state.dirty.add(name);
  return name;
}

function putSite(state: State, site: SiteInfo): string {
  const name = cellOf.site(site.park, site.id);
  state.sites.set(name, site);
  state.dirty.add(name);
  return name;
}

function putProfile(state: State, profile: Profile): string {
  const name = cellOf.profile(profile.name);
  state.profiles.set(name, profile);
  state.dirty.add(name);
  return name;
}

function putDevice(state: State, info: DeviceInfo, to: Emitter): string {
  const name = cellOf.device(info.park, info.id);
  const known = state.devices.get(name);
  if (known) known.info = info;
  // Out of use: its silence no longer counts, and a retired device has no open alarms.
  if (known && !isExpected(info)) {
    const conditions = info.retiredAt === undefined ? [] : Object.values(known.conditions);
    for (const slot of [...conditions, known.silence, known.oldData]) end(slot, to.now, 'device_removed', to);
  }
  if (!known) state.devices.set(name, newDevice(info));
  state.dirty.add(name);
  return name;
}

function removeUnnamed(state: State, named: ReadonlySet<string>, to: Emitter): void {
  for (const map of [state.devices, state.sites, state.profiles, state.parks] as const) {
    for (const name of map.keys()) {
      if (named.has(name)) continue;
      const device = state.devices.get(name);
      if (device) {
        for (const slot of [...Object.values(device.conditions), device.silence, device.oldData])
          end(slot, to.now, 'device_removed', to);
      }
      map.delete(name);
      state.dirty.add(name);
    }
  }
}
