/** `daoyu alarms what-if`: asks a running platform for its readings and judges them here, with the profile of a file and with the one in force. */

import type { Alarm } from '../alarms/alarm.ts';
import type { DeviceInfo, SiteInfo } from '../alarms/state.ts';
import { alarmsOf, compare, type Summary, summaryOf } from '../alarms/what-if.ts';
import { timestampOf } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import { loadKinds } from '../sensors/kinds.ts';
import type { Profile } from '../sensors/profile.ts';
import { problemsOfProfile } from '../sensors/profile-problems.ts';
import type { Reading } from '../sensors/reading.ts';
import { intervalsOf } from '../sensors/stages.ts';
import { readJson } from './json-file.ts';
import { type ApiTarget, askPlatform } from './platform-api.ts';

export interface WhatIfTarget extends ApiTarget {
  readonly profile: string;
  readonly from: string;
  readonly to: string;
  readonly site?: string;
}

interface Listed {
  readonly sites: readonly SiteInfo[];
  readonly profiles: readonly Profile[];
}

export async function whatIf({ profile: file, from, to, site, ...target }: WhatIfTarget): Promise<void> {
  const kinds = await loadKinds();
  const wanted = readJson(file) as Profile;
  const problems = [...problemsOfProfile(wanted, kinds)];
  if (problems.length > 0) throw new DaoyuError('PROFILE_INVALID', `the profile is wrong: ${problems.join('; ')}`);
  const { sites, profiles } = (await askPlatform(target, 'GET', '/api/v1/parks')) as Listed;
  const inForce = profiles.find(({ name }) => name === wanted.name);
  const judged = sites.filter(
    (each) =>
      (site === undefined || each.id === site) && intervalsOf(each).some(({ profile }) => profile === wanted.name),
  );
  if (judged.length === 0) throw new DaoyuError('SITE_UNKNOWN', `no site uses profile ${wanted.name}`);
  const devices = (await devicesOf(target)).filter(
    (device) =>
      wanted.kinds.includes(device.kind) && judged.some(({ park, id }) => park === device.park && id === device.site),
  );
  const readings = await readingsOf(target, devices, { from, to });
  const fields = new Set(wanted.bands.map(({ field }) => field));
  const judge = async (profile: Profile) =>
    (await alarmsOf({ kinds, profile, sites: judged, devices, readings })).filter(({ field = '' }) =>
      fields.has(field),
    );
  const after = await judge(wanted);
  print(
    `${wanted.name} on ${devices.length} device(s) of ${judged.length} site(s), ${readings.length} readings from ${from} to ${to}`,
  );
  print(`  with ${file}: ${shown(summaryOf(after))}`);
  if (inForce === undefined) return;
  const before = await judge(inForce);
  print(`  as in force (version ${inForce.version}): ${shown(summaryOf(before))}`);
  const { fresh, gone, matched } = compare(before, after);
  print(`  the same: ${matched.length}, new: ${fresh.length}, no more: ${gone.length}`);
  for (const { alarm, earlierMs } of matched) {
    if (earlierMs !== 0)
      print(
        `    ${Math.abs(Math.round(earlierMs / 60_000))} min ${earlierMs > 0 ? 'earlier' : 'later'}: ${lineOf(alarm)}`,
      );
  }
  for (const alarm of fresh) print(`    new: ${lineOf(alarm)}`);
  for (const alarm of gone) print(`    no more: ${lineOf(alarm)}`);
}

async function devicesOf(target: ApiTarget): Promise<readonly DeviceInfo[]> {
  const { devices } = (await askPlatform(target, 'GET', '/api/v1/devices')) as {
    readonly devices: readonly (Omit<DeviceInfo, 'id'> & { readonly device: string })[];
  };
  return devices.map(({ device, ...rest }) => ({ ...rest, id: device }));
}

interface Series {
  readonly field: string;
  readonly points: readonly (readonly [time: number, value: number, flags?: readonly string[]])[];
}

/** A day at a time, so that no answer is too large. */
async function readingsOf(
  target: ApiTarget,
  devices: readonly DeviceInfo[],
  range: { readonly from: string; readonly to: string },
): Promise<readonly Reading[]> {
  const all: Reading[] = [];
  const [begin, end] = [instantOf(range.from), instantOf(range.to)];
  for (const { park, site, id, kind } of devices) {
    for (let from = begin; from < end; from += DAY) {
      const query = new URLSearchParams({
        kind,
        park,
        device: id,
        from: String(from),
        to: String(Math.min(end, from + DAY)),
      });
      const { series } = (await askPlatform(target, 'GET', `/api/v1/series?${query}`)) as {
        readonly series: readonly Series[];
      };
      const byTime = new Map<number, { values: Record<string, number>; flags: Record<string, readonly string[]> }>();
      for (const { field, points } of series) {
        for (const [time, value, flags] of points) {
          const reading = byTime.get(time) ?? { values: {}, flags: {} };
          byTime.set(time, reading);
          reading.values[field] = value;
          if (flags !== undefined) reading.flags[field] = flags;
        }
      }
      for (const [time, { values, flags }] of byTime)
        all.push({ park, site, device: id, kind, time, receivedAt: time, values, flags } as Reading);
    }
  }
  return all.sort((one, other) => one.time - other.time);
}

const DAY = 24 * 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: DAY, w: 7 * DAY };

function instantOf(text: string): number {
  if (text === 'now') return Date.now();
  const [, count, unit = ''] = /^-(\d{1,5})([hdw])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNIT_MS[unit] ?? 0);
  if (!Number.isNaN(time)) return time;
  throw new DaoyuError('OPTION_INVALID', `"${text}" must be RFC 3339, now, or relative such as -30d`);
}

const shown = ({ opened, critical, atNight, minutes }: Summary) =>
  `${opened} alarms, ${critical} of them critical, ${atNight} at night, ${minutes} min in all`;

function lineOf({ openedAt, site, device, text, severity }: Alarm): string {
  const since = timestampOf(openedAt).slice(0, 16);
  return `${since}  ${site}/${device ?? ''}  ${severity}  ${text.zh} ${text.en}`;
}

const print = (line: string) => process.stdout.write(`${line}\n`);
