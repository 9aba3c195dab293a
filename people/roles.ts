/** Roles, the rights that come with them, and where they hold: in one park or in all of them. */

export const ROLES = ['viewer', 'operator', 'agronomist', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/**
 * `read`: see parks, readings, alarms and commands · `operate`: commands, acknowledgements, shelving, maintenance · `replay`: take refused
 * payloads in again · `share`: links for people without an account · `agronomy`: thresholds, stages and mappings · `administer`: parks, sites,
 * devices, people, tokens, channels, the audit trail.
 */
export const RIGHTS = ['read', 'operate', 'replay', 'share', 'agronomy', 'administer'] as const;
export type Right = (typeof RIGHTS)[number];

const RIGHTS_OF: Readonly<Record<Role, readonly Right[]>> = {
  viewer: ['read'],
  operator: ['read', 'operate', 'replay', 'share'],
  agronomist: ['read', 'replay', 'share', 'agronomy'],
  admin: RIGHTS,
};

/** In place of a park: all of them, those to come as well. A slug never looks like it. */
export const EVERY_PARK = '*';

export interface Grant {
  readonly role: Role;
  /** Id of a park, or `*`. */
  readonly park: string;
}

export const rightsOf = (role: Role): readonly Right[] => RIGHTS_OF[role];

/** `park` absent: what belongs to no single park, such as profiles and channels; that takes a role for all parks. */
export function allows(grants: readonly Grant[], right: Right, park?: string): boolean {
  return grants.some(
    (grant) => rightsOf(grant.role).includes(right) && (grant.park === EVERY_PARK || grant.park === park),
  );
}

/** Whether the right is held in any park at all. */
export function allowsSomewhere(grants: readonly Grant[], right: Right): boolean {
  return grants.some(({ role }) => rightsOf(role).includes(right));
}

/** Where a right is held: `*` alone when it is held everywhere. */
export function parksWith(grants: readonly Grant[], right: Right): readonly string[] {
  const parks = grants.filter(({ role }) => rightsOf(role).includes(right)).map(({ park }) => park);
  return parks.includes(EVERY_PARK) ? [EVERY_PARK] : [...new Set(parks)];
}

/** Whether whoever holds `own` may give or take away `others`: an administrator of one park decides nothing about another. */
export function mayGrant(own: readonly Grant[], others: readonly Grant[]): boolean {
  return others.every(({ park }) =>
    park === EVERY_PARK ? allows(own, 'administer') : allows(own, 'administer', park),
  );
}

/** One of a kind each, in a fixed order, so that equal grants are equal texts. */
export function tidyGrants(grants: readonly Grant[]): readonly Grant[] {
  const byText = new Map(grants.map(({ role, park }) => [`${park}/${role}`, { role, park }]));
  return [...byText.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, grant]) => grant);
}
