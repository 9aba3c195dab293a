/** What exists, as the registry tells it: kinds, parks, sites, profiles and devices. */
import type { Park, Site } from '../../../registry/registry.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Label } from '../../../sensors/label.ts';
import type { Profile } from '../../../sensors/profile.ts';

export interface DeviceInfo {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly kind: string;
  readonly label?: Label;
  readonly intervalMs?: number;
  readonly isConnected?: boolean;
}

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
