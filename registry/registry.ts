/** Parks, sites and devices as the registry keeps them; read without waiting, because intake must keep the order of publishes. */

import type { Label } from '../sensors/label.ts';
import type { Polygon } from '../sensors/polygon.ts';
import type { Profile } from '../sensors/profile.ts';
import type { Stage } from '../sensors/stages.ts';

export interface Park {
  readonly id: string;
  readonly label: Label;
  readonly towns: readonly Label[];
}

export type SiteType = 'pond' | 'paddy' | 'cold_store' | 'vehicle' | 'field' | 'other';

export interface Site {
  readonly park: string;
  readonly id: string;
  readonly label: Label;
  readonly type: SiteType;
  /** Name of the threshold profile, e.g. `crab_pond`; where there are stages, the one before the first of them. */
  readonly profile?: string;
  /** Of a site whose needs change with the season: which profile from which day on. */
  readonly stages?: readonly Stage[];
  /** WGS-84 degrees; plausible, set by the operator. */
  readonly latitude?: number;
  readonly longitude?: number;
  /** The outline of a field, against which missions are judged. */
  readonly boundary?: Polygon;
}

/** What is absent stays, `null` takes it away. */
export type SiteChange = { readonly label?: Label } & {
  readonly [K in 'profile' | 'stages' | 'latitude' | 'longitude' | 'boundary']?: Site[K] | null;
};

/** How a device's own keys become fields: value × scale + offset. */
export interface KeyMapping {
  readonly field: string;
  readonly scale?: number;
  readonly offset?: number;
}

export interface Mapping {
  /** Incoming key, exact, dots for nesting (`data.DO`) → field; `null` knowingly ignores a key. */
  readonly keys?: Readonly<Record<string, KeyMapping | string | null>>;
  /** The wrapping of a vendor; `auto` recognises ThingsBoard and Alink by their shape. */
  readonly envelope?: 'auto' | 'none' | 'thingsboard' | 'alink';
  /** For times without an offset (`2026-07-20 05:40:00`): minutes east of UTC, e.g. 480. Without it they are refused. */
  readonly utcOffsetMinutes?: number;
  /** Values that mean "no probe" for this device, beside the usual. */
  readonly sentinels?: readonly number[];
  /** Takes `"6.42"` for 6.42; without it only the envelopes of vendors that send texts (`alink`, `thingsboard`) may. */
  readonly acceptStrings?: boolean;
}

export interface Device {
  readonly park: string;
  readonly site: string;
  readonly id: string;
  readonly label: Label;
  readonly kind: string;
  /** Reporting interval, when it differs from the kind's. */
  readonly intervalMs?: number;
  readonly mapping?: Mapping;
  /** Encoded scrypt hash of the password (broker/credentials.ts); never leaves the server. */
  readonly passwordHash: string;
  readonly createdAt: number;
}

/** A whole profile. `version` is the one that it was made of, 0 where it is new; absent `effective` is today. */
export type ProfileChange = Omit<Profile, 'effective'> & Partial<Pick<Profile, 'effective'>>;

export interface NewDevice {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly kind: string;
  readonly label?: Label;
  readonly intervalMs?: number;
  readonly mapping?: Mapping;
  /** Where the site is new: what it is. */
  readonly siteLabel?: Label;
  readonly siteType?: SiteType;
  readonly profile?: string;
}

export interface Registry {
  parks(): readonly Park[];
  sites(park?: string): readonly Site[];
  devices(filter?: { readonly park?: string; readonly site?: string; readonly kind?: string }): readonly Device[];
  device(park: string, id: string): Device | undefined;
  site(park: string, id: string): Site | undefined;
  profiles(): readonly Profile[];
  /** Makes the device, and its site when it is new. Rejects with `DEVICE_EXISTS`, `PARK_UNKNOWN`, `KIND_UNKNOWN`, `ID_INVALID`, `PROFILE_UNKNOWN`, `MAPPING_INVALID`. */
  addDevice(device: NewDevice, passwordHash: string): Promise<Device>;
  /** Rejects with `DEVICE_UNKNOWN`, `MAPPING_INVALID`. */
  setMapping(park: string, id: string, mapping: Mapping | undefined): Promise<Device>;
  /** Changes made at the same time elsewhere are kept. Rejects with `SITE_UNKNOWN`, `PROFILE_UNKNOWN`, `SITE_INVALID`. */
  setSite(park: string, id: string, change: SiteChange): Promise<Site>;
  /** Makes a profile, or the next version of one. Rejects with `PROFILE_CHANGED`, `PROFILE_INVALID`. */
  setProfile(change: ProfileChange): Promise<Profile>;
  close(): Promise<void>;
}
