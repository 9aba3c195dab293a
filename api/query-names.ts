/** Refuses names that the registry does not have: an empty answer would look like silent sensors. */
import { DaoyuError } from '../base/errors.ts';
import type { Registry } from '../registry/registry.ts';
import type { Kind } from '../sensors/kind.ts';

export function kindNamed(kinds: ReadonlyMap<string, Kind>, name: string): Kind {
  const kind = kinds.get(name);
  if (kind !== undefined) return kind;
  throw new DaoyuError('KIND_UNKNOWN', `there is no kind "${name}"; known: ${[...kinds.keys()].join(', ')}`);
}

/** Throws `PARK_UNKNOWN`, `SITE_UNKNOWN`, `DEVICE_UNKNOWN`. */
export function checkPlace(
  registry: Pick<Registry, 'parks' | 'sites' | 'devices'>,
  {
    park,
    site,
    device,
  }: { readonly park?: string | undefined; readonly site?: string | undefined; readonly device?: string | undefined },
): void {
  const parks = registry.parks().map(({ id }) => id);
  if (park !== undefined && !parks.includes(park)) {
    throw new DaoyuError('PARK_UNKNOWN', `there is no park "${park}"; known: ${parks.join(', ')}`);
  }
  const inPark = park === undefined ? '' : ` in park ${park}`;
  const sites = registry.sites(park).map(({ id }) => id);
  if (site !== undefined && !sites.includes(site)) {
    throw new DaoyuError('SITE_UNKNOWN', `there is no site "${site}"${inPark}; GET /api/v1/parks names them`);
  }
  const devices = registry.devices(park === undefined ? {} : { park });
  if (device !== undefined && !devices.some(({ id }) => id === device)) {
    throw new DaoyuError('DEVICE_UNKNOWN', `there is no device "${device}"${inPark}; GET /api/v1/devices names them`);
  }
}
