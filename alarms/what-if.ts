/** Runs the engine over stored readings with other thresholds: how many alarms they would have raised, when, and the difference from those raised. */
import { isBetweenHours } from '../base/beijing-time.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Profile } from '../sensors/profile.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Alarm, Transition } from './alarm.ts';
import { createEngine } from './engine.ts';
import { cellOf, type DeviceInfo, newDevice, newState, type SiteInfo } from './state.ts';

export interface TrialOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly profiles: readonly Profile[];
  /** With the season that says which profile is in force when. */
  readonly sites: readonly SiteInfo[];
  readonly devices: readonly DeviceInfo[];
}

export interface Trial {
  /** In order of measured time of each device: evaluated in hindsight, as if each reading had come in time. */
  take(reading: Reading): void;
  /** Process alarms only: those of sensors and links do not depend on a profile. */
  alarms(): readonly Alarm[];
}

export function createTrial({ kinds, profiles, sites, devices }: TrialOptions): Trial {
  const state = newState();
  state.head.hasRegistry = true;
  for (const profile of profiles) state.profiles.set(cellOf.profile(profile.name), profile);
  for (const site of sites) state.sites.set(cellOf.site(site.park, site.id), site);
  for (const info of devices) state.devices.set(cellOf.device(info.park, info.id), newDevice(info));
  const engine = createEngine({ kinds, state });
  const alarms = new Map<string, Alarm>();
  let position = 0;
  return {
    take(reading) {
      position += 1;
      for (const { alarm } of engine.judge({ ...reading, receivedAt: reading.time }, position))
        noteAlarm(alarms, alarm);
    },
    alarms: () => [...alarms.values()],
  };
}

export interface WhatIfOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly profile: Profile;
  /** Devices to which the profile would apply all the time. */
  readonly sites: readonly Pick<SiteInfo, 'park' | 'id' | 'label'>[];
  readonly devices: readonly DeviceInfo[];
  readonly readings: AsyncIterable<Reading> | Iterable<Reading>;
}

export async function alarmsOf(options: WhatIfOptions): Promise<readonly Alarm[]> {
  const { kinds, profile, devices, readings } = options;
  const sites = options.sites.map(({ park, id, label }) => ({ park, id, label, profile: profile.name }));
  const trial = createTrial({ kinds, profiles: [profile], sites, devices });
  for await (const reading of readings) trial.take(reading);
  return trial.alarms();
}

function noteAlarm(alarms: Map<string, Alarm>, alarm: Transition['alarm']): void {
  if (alarm.class !== 'process') return;
  const known = alarms.get(alarm.id);
  // Counted by its highest severity.
  const severity = known?.severity === 'critical' ? 'critical' : alarm.severity;
  alarms.set(alarm.id, { ...alarm, severity });
}

export interface Summary {
  readonly opened: number;
  readonly critical: number;
  /** Opened between 20:00 and 08:00 in Beijing. */
  readonly atNight: number;
  /** Of those that ended. */
  readonly minutes: number;
}

export function summaryOf(alarms: readonly Pick<Alarm, 'severity' | 'openedAt' | 'clearedAt'>[]): Summary {
  const ms = alarms.reduce((sum, { openedAt, clearedAt }) => sum + Math.max(0, (clearedAt ?? openedAt) - openedAt), 0);
  return {
    opened: alarms.length,
    critical: alarms.filter(({ severity }) => severity === 'critical').length,
    atNight: alarms.filter(({ openedAt }) => isBetweenHours(openedAt, 20, 8)).length,
    minutes: Math.round(ms / 60_000),
  };
}

/** Compared per device and rule: overlapping alarms are the same one, earlier or later; the others are added or would not have been raised. */
export function compare(before: readonly Alarm[], after: readonly Alarm[]) {
  const endOf = ({ clearedAt }: Alarm) => clearedAt ?? Number.POSITIVE_INFINITY;
  const isSame = (one: Alarm, other: Alarm) =>
    one.device === other.device &&
    one.park === other.park &&
    one.rule === other.rule &&
    one.openedAt <= endOf(other) &&
    other.openedAt <= endOf(one);
  const matched = after.flatMap((alarm) => {
    const match = before.find((each) => isSame(each, alarm));
    return match === undefined ? [] : [{ alarm, earlierMs: match.raisedAt - alarm.raisedAt }];
  });
  return {
    fresh: after.filter((alarm) => !before.some((each) => isSame(each, alarm))),
    gone: before.filter((alarm) => !after.some((each) => isSame(each, alarm))),
    matched,
  };
}
