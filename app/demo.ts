/** Creates the demo devices of a fresh install: hashes go to the registry, passwords only to a private file for the simulators. */

import type { DemoRemoval } from '../api/routes/parks.ts';
import { codeOf } from '../base/errors.ts';
import { clientIdOf } from '../base/topics.ts';
import { generatePassword, hashPassword } from '../broker/credentials.ts';
import type { Kv } from '../kv/kv.ts';
import type { Registry } from '../registry/registry.ts';
import { boundaries } from '../seeds/boundaries.ts';
import { seasons } from '../seeds/seasons.ts';
import { seeds } from '../seeds/seeds.ts';
import type { Kind } from '../sensors/kind.ts';
import type { FleetMember } from '../simulators/fleet.ts';
import type { DataFolder } from './data-folder.ts';

const FILE = 'devices.json';
const BEGUN = 'demo/devices';

/** Creates missing devices; a device whose password is no longer known is left as it is. */
export async function addDemoDevices(
  folder: DataFolder,
  kv: Kv,
  registry: Registry,
  kinds: ReadonlyMap<string, Kind>,
): Promise<void> {
  const members = new Map(
    (folder.readPrivate<FleetMember[]>(FILE) ?? []).map((member) => [clientIdOf(member), member]),
  );
  const missing = seeds.devices.filter(
    (device) => kinds.has(device.kind) && registry.device(device.park, device.device) === undefined,
  );
  if (missing.length === 0) return;
  if (members.size === 0 && !(await isFirst(kv))) return;
  for (const device of missing) {
    const site = seeds.sites.find((each) => each.park === device.park && each.id === device.site);
    const lateDays = seasons[device.site]?.lateDays;
    const boundary = boundaries[device.site];
    members.set(clientIdOf(device), {
      park: device.park,
      site: device.site,
      device: device.device,
      password: members.get(clientIdOf(device))?.password ?? generatePassword(),
      kind: device.kind,
      intervalMs: device.intervalMs ?? kinds.get(device.kind)?.intervalMs ?? 60_000,
      ...(site?.profile && { profile: site.profile }),
      ...(site && { siteType: site.type }),
      ...(site?.latitude !== undefined && { latitude: site.latitude }),
      ...(site?.longitude !== undefined && { longitude: site.longitude }),
      ...(lateDays !== undefined && { lateDays }),
      ...(boundary && { boundary }),
      ...(device.mapping && { mapping: device.mapping }),
    });
  }
  // The file first: after a crash in between, a registered device would have a password nobody knows.
  folder.writePrivate(FILE, [...members.values()]);
  for (const { intervalMs: _, ...device } of missing) {
    // Registered with the interval of their kind, like their history; the fleet file has the shorter interval at which they report now.
    const password = members.get(clientIdOf(device))?.password ?? generatePassword();
    await registry.addDevice(device, await hashPassword(password));
  }
}

/** Removes the demo from an installation: its devices, then the sites and parks left empty. */
export async function removeDemo(folder: DataFolder, kv: Kv, registry: Registry): Promise<DemoRemoval> {
  const devices = seeds.devices.filter(({ park, device }) => registry.device(park, device) !== undefined);
  for (const { park, device } of devices) await registry.removeDevice(park, device);
  const there = seeds.sites.filter(({ park, id }) => registry.site(park, id) !== undefined);
  const inUse = there.filter(({ park, id }) => registry.devices({ park, site: id }).length > 0);
  const sites = there.filter((site) => !inUse.includes(site));
  for (const { park, id } of sites) await registry.removeSite(park, id);
  const known = new Set(registry.parks().map(({ id }) => id));
  const parks = seeds.parks.filter(
    ({ id }) => known.has(id) && registry.sites(id).length === 0 && registry.devices({ park: id }).length === 0,
  );
  for (const { id } of parks) await registry.removePark(id);
  folder.removePrivate(FILE);
  await kv.delete(BEGUN);
  const kept = inUse.map(({ park, id }) => `${park}/${id}`);
  return { devices: devices.length, sites: sites.length, parks: parks.length, kept };
}

/** If several processes start on an empty platform, one creates the devices, because only its data folder then has the passwords. */
async function isFirst(kv: Kv): Promise<boolean> {
  try {
    await kv.put(BEGUN, { begun: true }, 0);
    return true;
  } catch (error) {
    if (codeOf(error) === 'STATE_CONFLICT') return false;
    throw error;
  }
}
