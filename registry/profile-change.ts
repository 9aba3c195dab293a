/** Checks a new or changed threshold profile before the registry takes it; each change becomes a new version. */

import { dayOf, isDay } from '../base/beijing-time.ts';
import { DaoyuError } from '../base/errors.ts';
import type { Kind } from '../sensors/kind.ts';
import type { Profile } from '../sensors/profile.ts';
import { problemsOfProfile } from '../sensors/profile-problems.ts';
import { intervalsOf } from '../sensors/stages.ts';
import type { Device, ProfileChange, Site } from './registry.ts';

export interface InUse {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly sites: readonly Site[];
  readonly devices: readonly Device[];
}

/**
 * The changed profile, one version above `newest`. Throws `PROFILE_CHANGED` if the change is based on another version, `PROFILE_INVALID` naming
 * everything that is wrong.
 */
export function changedProfile(
  newest: Profile | undefined,
  { effective, ...change }: ProfileChange,
  inUse: InUse,
  now: number,
): Profile {
  if (change.version !== (newest?.version ?? 0)) throw changedMeanwhile(change, newest?.version);
  const problems = [...problemsOfProfile(change, inUse.kinds), ...problemsOfSites(change, inUse)];
  if (effective !== undefined && !isDay(effective))
    problems.push(`effective "${effective}" must be a day such as 2026-05-10`);
  if (problems.length > 0) throw new DaoyuError('PROFILE_INVALID', `the profile is wrong: ${problems.join('; ')}`);
  return { ...change, version: change.version + 1, effective: effective ?? dayOf(now) };
}

export function changedMeanwhile({ name, version }: ProfileChange, newest?: number): DaoyuError {
  const there =
    newest === undefined
      ? `profile ${name} does not exist: version ${version} cannot be changed; send version 0 to create it`
      : `profile ${name} is at version ${newest}, but the change is based on version ${version}: read it again and repeat the change`;
  return new DaoyuError('PROFILE_CHANGED', there);
}

/** A site whose profile no longer fits the kinds of its devices would silently go without limits. */
function* problemsOfSites({ name, kinds }: ProfileChange, { sites, devices }: InUse): Generator<string> {
  for (const site of sites) {
    if (!intervalsOf(site).some(({ profile }) => profile === name)) continue;
    const there = new Set(
      devices.filter((each) => each.park === site.park && each.site === site.id).map(({ kind }) => kind),
    );
    if (there.size > 0 && !kinds.some((kind) => there.has(kind))) {
      yield `site ${site.park}/${site.id} uses it and has devices of ${[...there].join(', ')}: keep these in kinds`;
    }
  }
}
