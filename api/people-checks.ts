/** What whoever administers some parks may do with people: give, see and take away nothing beyond those parks. */
import type { FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Identity } from '../people/identity.ts';
import { allows, EVERY_PARK, type Grant, mayGrant } from '../people/roles.ts';

/** Of a request that passed its authorization. */
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
    `roles in ${parks} are given and taken away by an administrator of ${parks.includes('all parks') ? 'all parks' : 'these parks'} alone`,
  );
}

/** Whether an administrator sees a holder of roles: one of them lies in a park of theirs. */
export function seesHolder({ grants: own }: Identity, grants: readonly Grant[]): boolean {
  return grants.some(({ park }) => park === EVERY_PARK || allows(own, 'administer', park));
}

export const baseOf = ({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): string =>
  `${protocol}://${host}`;
