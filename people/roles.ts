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

/** In place of a park: all of them, future ones included. Not a valid slug. */
export const EVERY_PARK = '*';

export interface Grant {
  readonly role: Role;
  /** Id of a park, or `*`. */
  readonly park: string;
}

export const rightsOf = (role: Role): readonly Right[] => RIGHTS_OF[role];

/** `park` absent: for things that belong to no single park, such as profiles and channels; needs a role for all parks. */
export function allows(grants: readonly Grant[], right: Right, park?: string): boolean {
  return grants.some(
    (grant) => rightsOf(grant.role).includes(right) && (grant.park === EVERY_PARK || grant.park === park),
  );
}

/** Whether the right is held in any park. */
export function allowsSomewhere(grants: readonly Grant[], right: Right): boolean {
  return grants.some(({ role }) => rightsOf(role).includes(right));
}

/** Parks in which a right is held; only `*` if in all of them. */
export function parksWith(grants: readonly Grant[], right: Right): readonly string[] {
  const parks = grants.filter(({ role }) => rightsOf(role).includes(right)).map(({ park }) => park);
  return parks.includes(EVERY_PARK) ? [EVERY_PARK] : [...new Set(parks)];
}

/** Whether the holder of `own` may grant or revoke `others`: an administrator of one park has no say in another. */
export function mayGrant(own: readonly Grant[], others: readonly Grant[]): boolean {
  return others.every(({ park }) =>
    park === EVERY_PARK ? allows(own, 'administer') : allows(own, 'administer', park),
  );
}

/** Without repetitions and in a fixed order, so that equal grants are equal as text. */
export function tidyGrants(grants: readonly Grant[]): readonly Grant[] {
  const byText = new Map(grants.map(({ role, park }) => [`${park}/${role}`, { role, park }]));
  return [...byText.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, grant]) => grant);
}
