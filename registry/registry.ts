/** Parks, sites and devices in the registry; reads are synchronous, because intake must keep the order of publishes. */

import type { Label } from '../sensors/label.ts';
import type { Polygon } from '../sensors/polygon.ts';
import type { Profile } from '../sensors/profile.ts';
import type { Stage } from '../sensors/stages.ts';
import type { Mapping } from './mapping.ts';

export type { KeyMapping, Mapping } from './mapping.ts';

export interface Park {
  readonly id: string;
  readonly label: Label;
  readonly towns: readonly Label[];
  /** Created by the demo; `daoyu demo remove` deletes it. */
  readonly isDemo?: boolean;
}

export interface NewPark {
  readonly park: string;
  readonly label?: Label;
  readonly towns?: readonly Label[];
}

/** Absent members stay as they are. */
export type ParkChange = Partial<Pick<Park, 'label' | 'towns'>>;

export type SiteType = 'pond' | 'paddy' | 'cold_store' | 'vehicle' | 'field' | 'other';

export interface Site {
  readonly park: string;
  readonly id: string;
  readonly label: Label;
  readonly type: SiteType;
  /** Name of the threshold profile, e.g. `crab_pond`; with stages, the profile before the first stage. */
  readonly profile?: string;
  /** Which profile applies from which day on, for a site whose needs change with the season. */
  readonly stages?: readonly Stage[];
  /** WGS-84 degrees; plausible, set by the operator. */
  readonly latitude?: number;
  readonly longitude?: number;
  /** Metres above the sea; the air pressure that formulas take follows from it. */
  readonly elevation?: number;
  /** Outline of a field; missions are compared with it. */
  readonly boundary?: Polygon;
}

/** Absent members stay as they are; `null` removes one. */
export type SiteChange = { readonly label?: Label } & {
  readonly [K in 'profile' | 'stages' | 'latitude' | 'longitude' | 'elevation' | 'boundary']?: Site[K] | null;
};

/** Members of a new site. */
export interface NewSite extends Partial<Omit<Site, 'park' | 'id'>> {
  readonly park: string;
  readonly site: string;
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
  /** The password before the last rotation, valid until `validUntil`. */
  readonly previousPassword?: { readonly hash: string; readonly validUntil: number };
  /** The device of its park whose credential speaks for it, too. */
  readonly gateway?: string;
  /** Speaks for others: what it sends on a topic that nobody claims is kept and told. */
  readonly isGateway?: boolean;
  /** MQTT filters of stock firmware that stand for its telemetry (`tele/tank-1/#`); one with `!` before it is left out knowingly. */
  readonly topics?: readonly string[];
  /** By which names messages mean it: DevEUI, device id of a platform, MN of HJ 212. */
  readonly ids?: readonly string[];
  /** Encoded scrypt hash of the PW of its HJ 212 frames; never leaves the server. */
  readonly framePasswordHash?: string;
  /** Encoded scrypt hash of the password of its observer, which only listens; never leaves the server. */
  readonly observerPasswordHash?: string;
  /** Shut out until enabled again: its connection is closed and new ones are refused. */
  readonly isDisabled?: boolean;
  /** Epoch ms since when it is retired: shut out, and no longer expected to report. */
  readonly retiredAt?: number;
  readonly createdAt: number;
}

/** Absent members stay as they are; `intervalMs: null` returns to the kind's. Readings of a device that moves stay at the site where they were measured. */
export interface DeviceChange {
  readonly site?: string;
  readonly label?: Label;
  readonly intervalMs?: number | null;
  readonly isDisabled?: boolean;
  readonly isRetired?: boolean;
  readonly gateway?: string | null;
  readonly isGateway?: boolean;
  readonly topics?: readonly string[] | null;
  readonly ids?: readonly string[] | null;
  readonly framePasswordHash?: string | null;
  readonly observerPasswordHash?: string | null;
}

/** A record created, changed or removed, by this or another process. */
export type RegistryChange =
  | { readonly noun: 'park'; readonly before?: Park; readonly after?: Park }
  | { readonly noun: 'site'; readonly before?: Site; readonly after?: Site }
  | { readonly noun: 'device'; readonly before?: Device; readonly after?: Device }
  | { readonly noun: 'profile'; readonly before?: Profile; readonly after?: Profile };

/** A complete profile. `version` is the version it is based on, 0 for a new one; `effective` defaults to today. */
export type ProfileChange = Omit<Profile, 'effective'> & Partial<Pick<Profile, 'effective'>>;

export interface NewDevice {
  readonly park: string;
  readonly site: string;
  readonly device: string;
  readonly kind: string;
  readonly label?: Label;
  readonly intervalMs?: number;
  readonly mapping?: Mapping;
  readonly gateway?: string;
  readonly isGateway?: boolean;
  readonly topics?: readonly string[];
  readonly ids?: readonly string[];
  /** Used only when the site is created along with the device. */
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
  /** Rejects with `PARK_EXISTS`, `ID_INVALID`. */
  addPark(park: NewPark): Promise<Park>;
  /** Rejects with `PARK_UNKNOWN`. */
  setPark(id: string, change: ParkChange): Promise<Park>;
  /** Only an empty one. Rejects with `PARK_UNKNOWN`, `PARK_NOT_EMPTY`. */
  removePark(id: string): Promise<void>;
  /** Rejects with `SITE_EXISTS`, `PARK_UNKNOWN`, `ID_INVALID`, `PROFILE_UNKNOWN`, `SITE_INVALID`. */
  addSite(site: NewSite): Promise<Site>;
  /** Keeps changes made elsewhere at the same time. Rejects with `SITE_UNKNOWN`, `PROFILE_UNKNOWN`, `SITE_INVALID`. */
  setSite(park: string, id: string, change: SiteChange): Promise<Site>;
  /** Only one without devices. Rejects with `SITE_UNKNOWN`, `SITE_NOT_EMPTY`. */
  removeSite(park: string, id: string): Promise<void>;
  /** Throws what `addDevice` would reject with, as far as that is known before. */
  checkDevice(device: NewDevice): void;
  /** Adds the device, and its site if that is new. Rejects with `DEVICE_EXISTS`, `PARK_UNKNOWN`, `KIND_UNKNOWN`, `ID_INVALID`, `PROFILE_UNKNOWN`, `MAPPING_INVALID`. */
  addDevice(device: NewDevice, passwordHash: string): Promise<Device>;
  /** Rejects with `DEVICE_UNKNOWN`, `SITE_UNKNOWN`, `DEVICE_INVALID`. */
  setDevice(park: string, id: string, change: DeviceChange): Promise<Device>;
  /** Rejects with `DEVICE_UNKNOWN`, `MAPPING_INVALID`. */
  setMapping(park: string, id: string, mapping: Mapping | undefined): Promise<Device>;
  /** The previous password stays valid for the overlap. Rejects with `DEVICE_UNKNOWN`. */
  setPassword(park: string, id: string, passwordHash: string, overlapMs: number): Promise<Device>;
  /** Its readings stay in the store. Rejects with `DEVICE_UNKNOWN`. */
  removeDevice(park: string, id: string): Promise<void>;
  /** Adds a profile, or the next version of one. Rejects with `PROFILE_CHANGED`, `PROFILE_INVALID`. */
  setProfile(change: ProfileChange): Promise<Profile>;
  /** Calls `onChange` after each change from now on; returns the function that stops it. */
  watch(onChange: (change: RegistryChange) => void): () => void;
  close(): Promise<void>;
}
