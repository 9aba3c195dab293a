/** Corrections that move whole readings: a clock that was off gives them another time, two devices taken for one another the other's place. */
import type { Reading } from '../sensors/reading.ts';
import type { Correction } from './correction.ts';
import { correctedValue } from './correction.ts';

export type Move = Correction & { readonly method: Extract<Correction['method'], { readonly is: 'clock' | 'swap' }> };

export const isMove = (correction: Correction): correction is Move =>
  correction.method.is === 'clock' || correction.method.is === 'swap';

export interface AppliedReading {
  readonly reading: Reading;
  /** Fields whose values changed; `time` and `device` of a reading that was moved. */
  readonly corrected: readonly string[];
  /** Fields whose values are invalid, and so left out. */
  readonly invalid: readonly string[];
  readonly isMoved: boolean;
}

/** Applies them in their order, each to what the ones before have made of the reading, which is what its author saw. */
export function applied(raw: Reading, corrections: readonly Correction[]): AppliedReading {
  let { site, device, time, values } = raw;
  const touched = new Set<string>();
  const invalid: string[] = [];
  for (const each of corrections) {
    if (each.park !== raw.park || time < each.at || time >= each.until) continue;
    const { method } = each;
    if (method.is === 'swap') {
      if (device !== each.device && device !== method.with) continue;
      [device, site] = device === each.device ? [method.with, method.withSite] : [each.device, each.site];
      touched.add('device');
      continue;
    }
    if (device !== each.device) continue;
    if (method.is === 'clock') {
      time += method.seconds * 1000;
      touched.add('time');
      continue;
    }
    const { field } = each;
    const value = values[field];
    if (value === undefined) continue;
    const now = correctedValue(value, time, each);
    const { [field]: _, ...others } = values;
    if (now === undefined) invalid.push(field);
    values = now === undefined ? others : { ...values, [field]: now };
    touched.add(field);
  }
  const isMoved = device !== raw.device || time !== raw.time;
  if (touched.size === 0) return { reading: raw, corrected: [], invalid, isMoved };
  const flags = Object.fromEntries(Object.entries(raw.flags ?? {}).filter(([field]) => field in values));
  const { flags: _, ...rest } = raw;
  return {
    reading: { ...rest, site, device, time, values, ...(Object.keys(flags).length > 0 && { flags }) },
    corrected: [...touched].filter((name) => !invalid.includes(name)),
    invalid,
    isMoved,
  };
}

/** The corrections that can have a part in the readings of a device: its own, and those of devices that it was swapped with, near or far. */
export function relevantTo(corrections: readonly Correction[], park: string, device: string): readonly Correction[] {
  const devices = swappedWith(corrections, park, device);
  return corrections.filter((each) => each.park === park && devices.has(each.device));
}

/** The device and those that stand in for it. */
export function swappedWith(corrections: readonly Correction[], park: string, device: string): ReadonlySet<string> {
  const found = new Set([device]);
  for (let size = 0; size < found.size; ) {
    size = found.size;
    for (const { park: of, device: one, method } of corrections) {
      if (of !== park || method.is !== 'swap' || (!found.has(one) && !found.has(method.with))) continue;
      found.add(one);
      found.add(method.with);
    }
  }
  return found;
}

/** The furthest that they may take a reading in time, ms. */
export const reachOf = (corrections: readonly Correction[]): number =>
  corrections.reduce((sum, { method }) => sum + (method.is === 'clock' ? Math.abs(method.seconds) * 1000 : 0), 0);
