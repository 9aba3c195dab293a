/** What an administrator of some parks may do with people: grant, see and revoke roles in those parks only. */
import type { FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Identity } from '../people/identity.ts';
import { allows, EVERY_PARK, type Grant, mayGrant } from '../people/roles.ts';

/** The identity of an authorized request. */
export function identityOf({ identity }: Pick<FastifyRequest, 'identity'>): Identity {
  if (identity !== undefined) return identity;
  throw new DaoyuError('UNAUTHORIZED', 'sign in, or send an API token');
}

/** Throws `FORBIDDEN`. */
export function checkMayGrant(request: Pick<FastifyRequest, 'identity'>, grants: readonly Grant[]): void {
  if (mayGrant(identityOf(request).grants, grants)) return;
  const parks = [...new Set(grants.map(({ park }) => (park === EVERY_PARK ? 'all parks' : park)))].join(', ');
  throw new DaoyuError(
    'FORBIDDEN',
    `only an administrator of ${parks.includes('all parks') ? 'all parks' : 'these parks'} may grant or revoke roles in ${parks}`,
  );
}

/** Whether an administrator sees a person: at least one of the person's roles is in a park they administer. */
export function seesHolder({ grants: own }: Identity, grants: readonly Grant[]): boolean {
  return grants.some(({ park }) => park === EVERY_PARK || allows(own, 'administer', park));
}

export const baseOf = ({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): string =>
  `${protocol}://${host}`;
