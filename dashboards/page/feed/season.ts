/** Which profile applies to the devices of a kind at a site, interval by interval over all time. */
import type { Site } from '../../../registry/registry.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Profile } from '../../../sensors/profile.ts';
import { type Interval, intervalAt, intervalsOf } from '../../../sensors/stages.ts';
import type { Catalog } from './catalog.ts';

export interface ProfileInterval extends Pick<Interval, 'from' | 'to'> {
  /** Absent: none, or none for this kind. */
  readonly profile?: Profile;
}

type Profiles = Pick<Catalog, 'profiles'>;

/** Called for every device once a second, and constant until the registry changes. */
const known = new WeakMap<Profiles, WeakMap<object, Map<string, readonly ProfileInterval[]>>>();
/** Stands for a site missing from the registry. */
const NOWHERE = {};

export function seasonOf(catalog: Profiles, site: Site | undefined, kind: Kind): readonly ProfileInterval[] {
  const sites = known.get(catalog) ?? new WeakMap<object, Map<string, readonly ProfileInterval[]>>();
  known.set(catalog, sites);
  const seasons = sites.get(site ?? NOWHERE) ?? new Map<string, readonly ProfileInterval[]>();
  sites.set(site ?? NOWHERE, seasons);
  const found = seasons.get(kind.name) ?? intervalsOf(site ?? {}).map((spell) => withProfile(catalog, spell, kind));
  seasons.set(kind.name, found);
  return found;
}

function withProfile({ profiles }: Profiles, { from, to, profile: name }: Interval, kind: Kind): ProfileInterval {
  const profile = profiles.find((each) => each.name === name && each.kinds.includes(kind.name));
  return { from, to, ...(profile && { profile }) };
}

export function profileOf(season: readonly ProfileInterval[], time: number): Profile | undefined {
  return intervalAt(season, time)?.profile;
}

/** Intervals that overlap a range, clipped to it. */
export function intervalsBetween<T extends Pick<Interval, 'from' | 'to'>>(
  spells: readonly T[],
  from: number,
  to: number,
) {
  return spells
    .filter((spell) => spell.from < to && spell.to > from)
    .map((spell) => ({ ...spell, from: Math.max(from, spell.from), to: Math.min(to, spell.to) }));
}

/** A site whose profile never changes has no stages. */
export const hasStages = (season: readonly ProfileInterval[]) => season.length > 1;
