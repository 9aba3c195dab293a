/** `--role operator@tianyu`, repeatable: each role holds in its park, or in all parks without one. */
import type { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import { EVERY_PARK, type Grant, ROLES, type Role } from '../people/roles.ts';
import { withTarget } from './platform-api.ts';

export interface GrantOptions {
  readonly role?: readonly string[];
}

/** The options for roles and for the platform. */
export const withGrants = (command: Command): Command =>
  withTarget(command).option(
    '--role <roles...>',
    `${ROLES.join(', ')}; in one park as operator@tianyu, else in all parks`,
  );

/** Throws `OPTION_INVALID`. */
export function grantsOf({ role: given = [] }: GrantOptions): readonly Grant[] {
  if (given.length === 0)
    throw new DaoyuError('OPTION_INVALID', `give --role: one of ${ROLES.join(', ')}, or role@park`);
  return given.map((text) => {
    const [name = '', park = EVERY_PARK, ...rest] = text.split('@');
    const role = ROLES.find((each) => each === name);
    if (role === undefined || park === '' || rest.length > 0)
      throw new DaoyuError('OPTION_INVALID', `--role ${text} must be ${ROLES.join(', ')}, or such a role @ a park`);
    return { role: role satisfies Role, park };
  });
}

export const grantText = (grants: readonly Grant[]): string =>
  grants.map(({ role, park }) => (park === EVERY_PARK ? role : `${role}@${park}`)).join(' ');
