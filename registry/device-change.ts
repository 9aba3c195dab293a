/** Checks a change to a device before the registry takes it: absent members stay as they are, `null` removes one. */
import { DaoyuError } from '../base/errors.ts';
import { reachOf } from './device-reach.ts';
import type { Device, DeviceChange, Site } from './registry.ts';

/** A shorter interval is a wrong unit; one longer than a day is not telemetry. */
const MIN_INTERVAL_MS = 1000;
const MAX_INTERVAL_MS = 86_400_000;

/** The device as it would be; `others` are those of its park. Throws `SITE_UNKNOWN` or `DEVICE_INVALID`. */
export function changedDevice(
  device: Device,
  change: DeviceChange,
  { sites, others, now }: { readonly sites: readonly Site[]; readonly others: readonly Device[]; readonly now: number },
): Device {
  const { site, label, intervalMs, isDisabled, isRetired } = change;
  if (site !== undefined && !sites.some((each) => each.park === device.park && each.id === site)) {
    throw new DaoyuError('SITE_UNKNOWN', `park ${device.park} has no site ${site}; GET /api/v1/parks names them`);
  }
  if (intervalMs != null && !(intervalMs >= MIN_INTERVAL_MS && intervalMs <= MAX_INTERVAL_MS)) {
    throw new DaoyuError(
      'DEVICE_INVALID',
      `intervalMs is ${intervalMs} but must be from ${MIN_INTERVAL_MS} (1 s) to ${MAX_INTERVAL_MS} (1 day)`,
    );
  }
  const { observerPasswordHash: observed, ...unobserved } = device;
  const observer = change.observerPasswordHash === undefined ? observed : change.observerPasswordHash;
  const { intervalMs: ownInterval, isDisabled: wasDisabled, retiredAt: wasRetiredAt, ...known } = unobserved;
  const { gateway: _g, isGateway: _i, topics: _t, ids: _d, framePasswordHash: _f, ...rest } = known;
  const interval = intervalMs === undefined ? ownInterval : intervalMs;
  const retiredAt = isRetired === undefined ? wasRetiredAt : isRetired ? (wasRetiredAt ?? now) : undefined;
  return {
    ...rest,
    ...(site !== undefined && { site }),
    ...(label !== undefined && { label }),
    ...(observer != null && { observerPasswordHash: observer }),
    ...(interval != null && { intervalMs: interval }),
    ...((isDisabled ?? wasDisabled) && { isDisabled: true }),
    ...(retiredAt !== undefined && { retiredAt }),
    ...reachOf(device, change, others),
  };
}

/** Why a device may not connect or publish; undefined when it may. */
export function lockOf({
  isDisabled,
  retiredAt,
}: Pick<Device, 'isDisabled' | 'retiredAt'>): 'disabled' | 'retired' | undefined {
  if (retiredAt !== undefined) return 'retired';
  return isDisabled ? 'disabled' : undefined;
}

/** Sets a new password; the old one stays valid for the overlap, so that a device in the field can be given the new one first. */
export function withPassword(device: Device, passwordHash: string, overlapMs: number, now: number): Device {
  const { previousPassword: _, ...rest } = device;
  const previousPassword = { hash: device.passwordHash, validUntil: now + overlapMs };
  return { ...rest, passwordHash, ...(overlapMs > 0 && { previousPassword }) };
}

/** The password hashes valid at a time, newest first. */
export function passwordHashesOf({ passwordHash, previousPassword }: Device, now: number): readonly string[] {
  const isValid = previousPassword !== undefined && now < previousPassword.validUntil;
  return isValid ? [passwordHash, previousPassword.hash] : [passwordHash];
}
