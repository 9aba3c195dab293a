/** State of the engine: JSON cells, one per device, site, profile and park, so that a save writes changed cells only. */
import type { Label } from '../sensors/label.ts';
import type { Profile } from '../sensors/profile.ts';
import type { Season } from '../sensors/stages.ts';
import type { Transition } from './alarm.ts';
import type { Code, Fold } from './fold.ts';
import type { Slot } from './lifecycle.ts';
import type { NightCurve } from './night-forecast.ts';
import { type PackedDevice, packDevice, unpackDevice } from './pack.ts';

/** One reading as evaluated by the rules, without codes of 0. */
export interface Point {
  readonly t: number;
  readonly c?: Readonly<Record<string, Code>>;
}

export interface Condition extends Slot {
  /** State as of the newest reading, and as of the last one that left the window. */
  fold: Fold;
  base: Fold;
  /** Raised episodes of the window: start and end; 0 while open. */
  episodes: [start: number, end: number][];
  /** Opened by late readings: waits until it is known whether it is already over. */
  held?: { level: 1 | 2; start: number; at: number; value?: number; worstAt?: number };
  /** Newest trusted value, shown as last known. */
  value?: number;
  /** The last value in a notice. */
  told?: number;
}

export interface DeviceInfo {
  readonly park: string;
  readonly site: string;
  readonly id: string;
  readonly label: Label;
  readonly kind: string;
  readonly intervalMs?: number;
  /** The device of its park that speaks for it. */
  readonly gateway?: string;
  /** Epoch ms; absent if the device reported before the registry was read. */
  readonly createdAt?: number;
  /** Disabled and retired devices are not expected to report. */
  readonly isDisabled?: boolean;
  readonly retiredAt?: number;
}

export interface DeviceCell {
  info: DeviceInfo;
  /** Newest time of measurement; 0 before the first reading. */
  newest: number;
  /** Receipt of the last reading, and of the last one that was not old. */
  heardAt: number;
  freshAt: number;
  /** Reported by the broker or the device; absent: unknown. */
  isConnected?: boolean;
  /** Log time of the last reading with a device time, and whether that time was ahead of the platform's clock. */
  clockSeen?: { readonly at: number; readonly isAhead: boolean };
  /** Receipt of the last refused message. */
  refusedAt?: number;
  /** End of the outage that explained its silence; its own silence counts from then. */
  excusedAt?: number;
  /** Time of the first reading after a silence; for a while, values that look like empty registers are suspect. */
  returnedAt?: number;
  /** Half-hourly means of fields that fall at night or that a rule expects to move. */
  curves?: Record<string, NightCurve>;
  /** Fields that it has sent, each with the time of the reading that brought it first. */
  seen: Record<string, number>;
  /** Readings of the window by time of measurement; those before `cut` are folded into the bases. */
  points: Point[];
  cut: number;
  /** Readings that arrived out of order, unsorted; evaluated once no more arrive. */
  late: Point[];
  lateAt?: number;
  conditions: Record<string, Condition>;
  silence: Slot;
  oldData: Slot;
}

export interface SiteInfo extends Season {
  readonly park: string;
  readonly id: string;
  readonly label: Label;
}

export interface OutageSlot extends Slot {
  /** Time first seen, then time of the last notice about its list of devices. */
  since?: number;
}

export interface ParkCell {
  info: { readonly id: string; readonly label: Label };
  /** Outages by site; `gateway/{id}` of devices behind a gateway; '' for the park. */
  outages: Record<string, OutageSlot>;
  neverReported: Slot;
}

export interface Maintenance {
  readonly park: string;
  readonly site?: string;
  readonly device?: string;
  readonly from: number;
  readonly until: number;
  readonly by: string;
  readonly reason: string;
}

export interface Head {
  /** Time of the newest clock entry. */
  now: number;
  /** End of the last downtime of the platform; earlier silence means nothing. */
  resumedAt: number;
  /** The log is full, so readings do not arrive here. */
  isDeaf?: true;
  /** Nothing is evaluated before the whole registry was read. */
  hasRegistry: boolean;
  /** Records named so far by a registry snapshot in several parts. */
  naming?: string[];
  maintenance: Maintenance[];
  /** Alarms about the platform itself, by rule. */
  platform: Record<string, Slot & { since?: number }>;
}

export interface State {
  readonly head: Head;
  readonly devices: Map<string, DeviceCell>;
  readonly sites: Map<string, SiteInfo>;
  readonly profiles: Map<string, Profile>;
  readonly parks: Map<string, ParkCell>;
  /** Transitions that a full log has not accepted yet, in order, in cells of bounded size. */
  readonly unsent: Map<string, readonly Transition[]>;
  /** Names of cells changed since the last save. */
  readonly dirty: Set<string>;
}

export const HEAD = 'head';
export const cellOf = {
  device: (park: string, id: string) => `device/${park}/${id}`,
  site: (park: string, id: string) => `site/${park}/${id}`,
  profile: (name: string) => `profile/${name}`,
  park: (id: string) => `park/${id}`,
  unsent: (index: number) => `unsent/${String(index).padStart(6, '0')}`,
};

export function newState(): State {
  return {
    head: { now: 0, resumedAt: 0, hasRegistry: false, maintenance: [], platform: {} },
    devices: new Map(),
    sites: new Map(),
    profiles: new Map(),
    parks: new Map(),
    unsent: new Map(),
    dirty: new Set(),
  };
}

export function restoreState(cells: Iterable<readonly [name: string, value: unknown]>): State {
  const state = newState();
  for (const [name, value] of cells) {
    const sort = name.split('/')[0];
    if (sort === HEAD) Object.assign(state.head, value);
    if (sort === 'device') state.devices.set(name, unpackDevice(value as PackedDevice));
    if (sort === 'site') state.sites.set(name, value as SiteInfo);
    if (sort === 'profile') state.profiles.set(name, value as Profile);
    if (sort === 'park') state.parks.set(name, value as ParkCell);
    if (sort === 'unsent') state.unsent.set(name, value as readonly Transition[]);
  }
  return state;
}

/** Undefined if the cell was removed. */
export function cellNamed(state: State, name: string): unknown {
  if (name === HEAD) return state.head;
  const device = state.devices.get(name);
  if (device !== undefined) return packDevice(device);
  return state.sites.get(name) ?? state.profiles.get(name) ?? state.parks.get(name) ?? state.unsent.get(name);
}

export function newDevice(info: DeviceInfo): DeviceCell {
  return {
    info,
    newest: 0,
    heardAt: 0,
    freshAt: 0,
    seen: {},
    points: [],
    cut: 0,
    late: [],
    conditions: {},
    silence: {},
    oldData: {},
  };
}

/** Whether the device is expected to report. */
export function isExpected({ isDisabled, retiredAt }: DeviceInfo): boolean {
  return isDisabled !== true && retiredAt === undefined;
}
