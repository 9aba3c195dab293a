/** What the engine knows: cells of JSON, one a device, site, profile and park, so that only what changed is put away. */
import type { Label } from '../sensors/label.ts';
import type { Profile } from '../sensors/profile.ts';
import type { Season } from '../sensors/stages.ts';
import type { Transition } from './alarm.ts';
import type { Code, Fold } from './fold.ts';
import type { Slot } from './lifecycle.ts';
import type { NightCurve } from './night-forecast.ts';
import { type PackedDevice, packDevice, unpackDevice } from './pack.ts';

/** One reading as it stood to the rules; codes that are 0 are left out. */
export interface Point {
  readonly t: number;
  readonly c?: Readonly<Record<string, Code>>;
}

export interface Condition extends Slot {
  /** As of the newest reading, and as of the last one that left the window. */
  fold: Fold;
  base: Fold;
  /** Episodes of the window that have been raised: start and end, 0 while open. */
  episodes: [start: number, end: number][];
  /** Opened by readings that came late: it waits until it is known whether it is over already. */
  held?: { level: 1 | 2; start: number; at: number; value?: number; worstAt?: number };
  /** Newest trusted value, for what is last known. */
  value?: number;
  /** The value of which people were told last. */
  told?: number;
}

export interface DeviceInfo {
  readonly park: string;
  readonly site: string;
  readonly id: string;
  readonly label: Label;
  readonly kind: string;
  readonly intervalMs?: number;
  /** Epoch ms; absent of one that was heard of before the registry was read. */
  readonly createdAt?: number;
  /** Kept out: neither is expected to report. */
  readonly isDisabled?: boolean;
  readonly retiredAt?: number;
}

export interface DeviceCell {
  info: DeviceInfo;
  /** Newest measured time; 0 before the first reading. */
  newest: number;
  /** When a reading last came, and when one last came that was not old. */
  heardAt: number;
  freshAt: number;
  /** As the broker or the device itself says; absent: not known. */
  isConnected?: boolean;
  /** Time of the log when it last told a time, and whether that lay ahead of the platform's clock. */
  clockSeen?: { readonly at: number; readonly isAhead: boolean };
  /** When it last sent something that was refused. */
  refusedAt?: number;
  /** When the outage that explained its silence ended: its own silence counts from then. */
  excusedAt?: number;
  /** Measured time of the first reading after a silence: what looks like empty registers is doubted for a while. */
  returnedAt?: number;
  /** Of the fields that fall by night. */
  curves?: Record<string, NightCurve>;
  /** Newest measured time of each field. */
  seen: Record<string, number>;
  /** Readings of the window in order of measurement; those before `cut` are folded into the bases. */
  points: Point[];
  cut: number;
  /** Older than the newest when they came, in any order; taken in when no more come. */
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
  /** When it was first seen, then when its list of devices was last told. */
  since?: number;
}

export interface ParkCell {
  info: { readonly id: string; readonly label: Label };
  /** Outages by site, '' for the park. */
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
  /** Of the newest clock entry. */
  now: number;
  /** When the platform came back after it was not there to listen: silence before says nothing. */
  resumedAt: number;
  /** The log is full: devices speak, but nothing of it arrives here. */
  isDeaf?: true;
  /** Nothing is judged before the whole registry was read. */
  hasRegistry: boolean;
  /** Of a registry that is being read in parts: what was named so far. */
  naming?: string[];
  maintenance: Maintenance[];
  /** Alarms of the platform itself, by rule. */
  platform: Record<string, Slot & { since?: number }>;
}

export interface State {
  readonly head: Head;
  readonly devices: Map<string, DeviceCell>;
  readonly sites: Map<string, SiteInfo>;
  readonly profiles: Map<string, Profile>;
  readonly parks: Map<string, ParkCell>;
  /** Transitions that a full log did not take yet, in order, in cells of a bounded size. */
  readonly unsent: Map<string, readonly Transition[]>;
  /** Names of cells that changed since they were put away. */
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

/** Undefined where it is gone. */
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

/** Whether its silence says anything. */
export function isExpected({ isDisabled, retiredAt }: DeviceInfo): boolean {
  return isDisabled !== true && retiredAt === undefined;
}
