/** Checks a change to a site before the registry takes it: absent members stay as they are, `null` removes one. */
import { DaoyuError } from '../base/errors.ts';
import { problemsOfPolygon } from '../sensors/polygon.ts';
import type { Profile } from '../sensors/profile.ts';
import { problemsOfStages } from '../sensors/stages.ts';
import type { Site, SiteChange } from './registry.ts';

export interface Known {
  readonly profiles: readonly Profile[];
  /** Kinds of the devices at the site. */
  readonly kinds: ReadonlySet<string>;
}

/** The site with the change applied. Throws `PROFILE_UNKNOWN`, or `SITE_INVALID` naming everything that is wrong. */
export function changedSite(site: Site, change: SiteChange, known: Known): Site {
  const names = [...(change.profile ? [change.profile] : []), ...(change.stages ?? []).map(({ profile }) => profile)];
  const profiles = [...new Set(names)].map((name) => profileNamed(name, known.profiles));
  const changed = withoutNothing({ ...site, ...change });
  const problems = [
    ...problemsOfStages(change.stages ?? []),
    ...profiles.flatMap((profile) => problemsOfUse(profile, known.kinds)),
    ...(change.boundary ? problemsOfPolygon(change.boundary) : []),
    ...problemsOfPosition(changed),
  ];
  if (problems.length > 0) throw new DaoyuError('SITE_INVALID', `the change is wrong: ${problems.join('; ')}`);
  return changed;
}

export function profileNamed(name: string, profiles: readonly Profile[]): Profile {
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const known = profiles.map((profile) => profile.name).join(', ') || 'none';
  throw new DaoyuError('PROFILE_UNKNOWN', `no profile ${name}; there are ${known}`);
}

/** A profile for other kinds would be ignored silently, and the site would go without limits. */
function problemsOfUse({ name, kinds: own }: Profile, kinds: ReadonlySet<string>): readonly string[] {
  if (kinds.size === 0 || own.some((kind) => kinds.has(kind))) return [];
  return [`profile ${name} is made for ${own.join(', ')}, but the site has ${[...kinds].join(', ')}`];
}

function problemsOfPosition({ latitude, longitude }: Site): readonly string[] {
  return (latitude === undefined) === (longitude === undefined) ? [] : ['latitude and longitude belong together'];
}

function withoutNothing(given: object): Site {
  const kept = Object.entries(given).filter(([name, value]) => value != null && !(name === 'stages' && !value.length));
  return Object.fromEntries(kept) as unknown as Site;
}
