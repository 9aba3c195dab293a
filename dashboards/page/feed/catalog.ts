/** The registry's records: kinds, parks, sites, profiles and devices. */
import type { ShownDevice } from '../../../api/show-device.ts';
import type { Park, Site } from '../../../registry/registry.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Label } from '../../../sensors/label.ts';
import type { Profile } from '../../../sensors/profile.ts';

/** Of a device what the page cannot do without, and the rest where it is told. */
export type DeviceInfo = Pick<ShownDevice, 'park' | 'site' | 'device' | 'kind'> & Partial<ShownDevice>;

export interface Catalog {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly parks: readonly Park[];
  readonly sites: readonly Site[];
  readonly profiles: readonly Profile[];
  readonly devices: readonly DeviceInfo[];
}

export function labelOf(label: Label | undefined, id: string): Label {
  return label ?? { zh: id, en: id };
}
