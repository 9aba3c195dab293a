/** A threshold profile as somebody wants it, checked before the registry takes it; each change is a version of its own. */

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
 * The profile as it would be, one version above `newest`. Throws `PROFILE_CHANGED` when the change was made of another version than the newest one,
 * `PROFILE_INVALID` naming everything that is wrong.
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
      ? `profile ${name} does not exist as version ${version}: a new one begins with version 0`
      : `profile ${name} is at version ${newest}, the change is of version ${version}: read it again and put the change on top`;
  return new DaoyuError('PROFILE_CHANGED', there);
}

/** A site whose profile is no longer made for what stands there would not be judged any more, and nobody would be told. */
function* problemsOfSites({ name, kinds }: ProfileChange, { sites, devices }: InUse): Generator<string> {
  for (const site of sites) {
    if (!intervalsOf(site).some(({ profile }) => profile === name)) continue;
    const there = new Set(
      devices.filter((each) => each.park === site.park && each.site === site.id).map(({ kind }) => kind),
    );
    if (there.size > 0 && !kinds.some((kind) => there.has(kind))) {
      yield `site ${site.park}/${site.id} is judged by it and has ${[...there].join(', ')}: leave that in kinds`;
    }
  }
}
