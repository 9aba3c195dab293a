/** Which profile judges the devices of a kind at a site, spell by spell over all time. */
import type { Site } from '../../../ingest/registry.ts';
import type { Kind } from '../../../sensors/kind.ts';
import type { Profile } from '../../../sensors/profile.ts';
import { type Spell, spellAt, spellsOf } from '../../../sensors/stages.ts';
import type { Catalog } from './catalog.ts';

export interface ProfileSpell extends Pick<Spell, 'from' | 'to'> {
  /** Absent: none, or none that is made for the kind. */
  readonly profile?: Profile;
}

type Profiles = Pick<Catalog, 'profiles'>;

/** Asked for every device once a second, and the same until the registry changes. */
const known = new WeakMap<Profiles, WeakMap<object, Map<string, readonly ProfileSpell[]>>>();
/** Stands for a site that the registry does not tell of. */
const NOWHERE = {};

export function seasonOf(catalog: Profiles, site: Site | undefined, kind: Kind): readonly ProfileSpell[] {
  const sites = known.get(catalog) ?? new WeakMap<object, Map<string, readonly ProfileSpell[]>>();
  known.set(catalog, sites);
  const seasons = sites.get(site ?? NOWHERE) ?? new Map<string, readonly ProfileSpell[]>();
  sites.set(site ?? NOWHERE, seasons);
  const found = seasons.get(kind.name) ?? spellsOf(site ?? {}).map((spell) => withProfile(catalog, spell, kind));
  seasons.set(kind.name, found);
  return found;
}

function withProfile({ profiles }: Profiles, { from, to, profile: name }: Spell, kind: Kind): ProfileSpell {
  const profile = profiles.find((each) => each.name === name && each.kinds.includes(kind.name));
  return { from, to, ...(profile && { profile }) };
}

export function profileOf(season: readonly ProfileSpell[], time: number): Profile | undefined {
  return spellAt(season, time)?.profile;
}

/** Those that reach into a time, cut to it. */
export function spellsBetween<T extends Pick<Spell, 'from' | 'to'>>(spells: readonly T[], from: number, to: number) {
  return spells
    .filter((spell) => spell.from < to && spell.to > from)
    .map((spell) => ({ ...spell, from: Math.max(from, spell.from), to: Math.min(to, spell.to) }));
}

/** A site whose profile never changes has no stages to tell of. */
export const hasStages = (season: readonly ProfileSpell[]) => season.length > 1;
