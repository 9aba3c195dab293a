/** The devices of the registry: listed, added together with a new site, changed, removed. */
import { DaoyuError } from '../base/errors.ts';
import { checkParkExists, kindNamed, type RegistryContext } from './context.ts';
import { changedDevice, withPassword } from './device-change.ts';
import { reachOf } from './device-reach.ts';
import { keyOf } from './items.ts';
import { checkId } from './park-change.ts';
import type { Device, NewDevice, Registry, Site } from './registry.ts';
import { profileNamed } from './site-change.ts';
import { validateMapping } from './validate-mapping.ts';

export type Devices = Pick<
  Registry,
  'devices' | 'device' | 'checkDevice' | 'addDevice' | 'setDevice' | 'setMapping' | 'setPassword' | 'removeDevice'
>;

export function createDevices(context: RegistryContext): Devices {
  const { store, kinds, formats, clock } = context;
  const { items } = store;
  const profiles = () => [...items.profile.values()];

  const inPark = (park: string) => [...items.device.values()].filter((device) => device.park === park);

  function checkDevice(given: NewDevice): void {
    for (const name of ['park', 'site', 'device'] as const) checkId(name, given[name]);
    checkParkExists(context, given.park);
    const kind = kindNamed(context, given.kind);
    if (given.mapping !== undefined) validateMapping(given.mapping, kind, formats);
    if (given.profile !== undefined) profileNamed(given.profile, profiles());
    const address = { park: given.park, id: given.device };
    if (items.device.has(keyOf.device(address))) throw existingDevice(address);
  }

  /** So that a new pond is judged as a pond from its first reading on. */
  function defaultProfile(kind: string): string | undefined {
    const name = kinds.get(kind)?.defaultProfile;
    return profiles().some((profile) => profile.name === name) ? name : undefined;
  }

  async function addSiteOf({ park, site: id, kind, ...given }: NewDevice): Promise<void> {
    if (items.site.has(keyOf.site({ park, id }))) return;
    const { siteLabel: label = { zh: id, en: id }, siteType: type = 'other' } = given;
    const profile = given.profile ?? defaultProfile(kind);
    const site: Site = { park, id, label, type, ...(profile !== undefined && { profile }) };
    await store.add(keyOf.site(site), site);
  }

  function change(park: string, id: string, changed: (device: Device) => Device): Promise<Device> {
    return store.change<Device>(keyOf.device({ park, id }), () => unknownDevice(park, id), changed);
  }

  return {
    devices: (filter = {}) =>
      [...items.device.values()].filter(
        ({ park, site, kind }) =>
          (filter.park === undefined || filter.park === park) &&
          (filter.site === undefined || filter.site === site) &&
          (filter.kind === undefined || filter.kind === kind),
      ),
    device: (park, id) => items.device.get(keyOf.device({ park, id })),
    checkDevice,
    async addDevice(given, passwordHash) {
      checkDevice(given);
      const reach = reachOf({ park: given.park, id: given.device }, given, inPark(given.park));
      const device = { ...newDevice(given, passwordHash, clock()), ...reach };
      // The site first: a crash between the two leaves an empty site, never a device without one.
      await addSiteOf(given);
      if (await store.add(keyOf.device(device), device)) return device;
      throw existingDevice(device);
    },
    setDevice: (park, id, given) =>
      change(park, id, (device) =>
        changedDevice(device, given, { sites: [...items.site.values()], others: inPark(park), now: clock() }),
      ),
    setMapping: (park, id, mapping) =>
      change(park, id, ({ mapping: _, ...device }) => {
        if (mapping !== undefined) validateMapping(mapping, kindNamed(context, device.kind), formats);
        return { ...device, ...(mapping !== undefined && { mapping }) };
      }),
    setPassword: (park, id, passwordHash, overlapMs) =>
      change(park, id, (device) => withPassword(device, passwordHash, overlapMs, clock())),
    async removeDevice(park, id) {
      if (!items.device.has(keyOf.device({ park, id }))) throw unknownDevice(park, id);
      const children = inPark(park).filter(({ gateway }) => gateway === id);
      if (children.length > 0) throw carriesOthers(id, children);
      await store.remove(keyOf.device({ park, id }));
    },
  };
}

function newDevice(
  { park, site, device: id, label, kind, intervalMs, mapping }: NewDevice,
  passwordHash: string,
  createdAt: number,
): Device {
  return {
    park,
    site,
    id,
    label: label ?? { zh: id, en: id },
    kind,
    ...(intervalMs !== undefined && { intervalMs }),
    ...(mapping !== undefined && { mapping }),
    passwordHash,
    createdAt,
  };
}

function existingDevice({ park, id }: Pick<Device, 'park' | 'id'>): DaoyuError {
  return new DaoyuError('DEVICE_EXISTS', `park ${park} has a device ${id} already`);
}

function carriesOthers(id: string, children: readonly Device[]): DaoyuError {
  const names = children.map((child) => child.id).join(', ');
  return new DaoyuError('DEVICE_INVALID', `${id} is the gateway of ${names}: give them another one first, or none`);
}

function unknownDevice(park: string, id: string): DaoyuError {
  return new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${id}`);
}
