/** The health of a device at a moment, from its interval, the profile in force at its site and its newest values. The only place that works it out. */
import { assess, type LatestValues } from '../sensors/assess.ts';
import type { Assessment } from '../sensors/health.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Profile } from '../sensors/profile.ts';
import { profileAt } from '../sensors/stages.ts';
import type { Device, Site } from './registry.ts';

export interface DeviceMoment {
  readonly device: Pick<Device, 'intervalMs'>;
  readonly kind: Kind;
  /** Undefined when the registry has none. */
  readonly site: Pick<Site, 'profile' | 'stages'> | undefined;
  /** All known profiles. */
  readonly profiles: readonly Profile[];
  /** By measured time; undefined for a device that never sent. */
  readonly latest: LatestValues | undefined;
  readonly now: number;
}

export interface DeviceHealth extends Assessment {
  /** The profile applied: the one in force now if it is made for this kind, else the kind's default. */
  readonly profile?: Profile;
  /** How often the device is expected to report. */
  readonly intervalMs: number;
}

export function deviceHealth({ device, kind, site, profiles, latest, now }: DeviceMoment): DeviceHealth {
  const inForce = site && profileAt(site, now);
  const fitting = (wanted: string | undefined) =>
    profiles.find(({ name, kinds }) => name === wanted && kinds.includes(kind.name));
  const profile = fitting(inForce) ?? fitting(kind.defaultProfile);
  const intervalMs = intervalOf(device, kind);
  return { ...assess({ kind, profile, intervalMs, now, latest }), ...(profile && { profile }), intervalMs };
}

/** How often a device is expected to report. */
export function intervalOf(device: Pick<Device, 'intervalMs'>, kind: Pick<Kind, 'intervalMs'>): number {
  return device.intervalMs ?? kind.intervalMs;
}
