/** The identity provider of the settings, or none. */
import { createSingleSignOn, type SingleSignOn } from '../api/single-sign-on.ts';
import type { Services } from './services.ts';

export function singleSignOnOf({ config, log }: Pick<Services, 'config' | 'log'>): SingleSignOn | undefined {
  const { oidcIssuer, oidcClientId, oidcClientSecret, oidcName, oidcRoles, oidcRolesClaim } = config;
  if (oidcIssuer === undefined || oidcClientId === undefined) return undefined;
  return createSingleSignOn({
    ...{ issuer: oidcIssuer, clientId: oidcClientId, clientSecret: oidcClientSecret, label: oidcName, log },
    roles: oidcRoles && { claim: oidcRolesClaim, byGroup: oidcRoles },
  });
}
