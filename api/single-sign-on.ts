/** Sign-in through an identity provider: OpenID Connect, authorization code flow with PKCE, state and nonce. The one file that uses `openid-client`. */
import type { Configuration, IDToken, UserInfoResponse } from 'openid-client';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Recognised } from '../people/recognise.ts';
import { type Grant, tidyGrants } from '../people/roles.ts';

export interface SingleSignOnOptions {
  /** URL of the provider, below which `.well-known/openid-configuration` is. */
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** On the button. */
  readonly label: string;
  /** Which claim lists a person's groups, and the roles of each group; absent: roles are given here. */
  readonly roles: { readonly claim: string; readonly byGroup: ReadonlyMap<string, readonly Grant[]> } | undefined;
  readonly log: Pick<Log, 'warn'>;
}

/** Kept by the browser while it is at the provider. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface SingleSignOn {
  readonly label: string;
  /** Where to send the browser. Rejects with `PROVIDER_UNAVAILABLE`. */
  begin(redirectUri: string): Promise<{ readonly url: URL; readonly checks: Checks }>;
  /** `returned`: the address at which the browser came back. Rejects with `PROVIDER_UNAVAILABLE`, `SIGN_IN_INVALID`. */
  finish(returned: URL, checks: Checks): Promise<Recognised>;
}

type Claims = Readonly<Record<string, unknown>>;
const TIMEOUT_SECONDS = 10;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

export function createSingleSignOn(options: SingleSignOnOptions): SingleSignOn {
  const { issuer, clientId, clientSecret, label, roles, log } = options;
  let known: Promise<Configuration> | undefined;

  /** Asked when somebody signs in, so that a provider that is away holds up no start. */
  function configuration(): Promise<Configuration> {
    known ??= discover().catch((error: unknown) => {
      known = undefined;
      throw unavailable(error);
    });
    return known;
  }

  async function discover(): Promise<Configuration> {
    const client = await import('openid-client');
    const execute = LOOPBACK.has(issuer.hostname) ? [client.allowInsecureRequests] : [];
    const options = { execute, timeout: TIMEOUT_SECONDS };
    const config = await client.discovery(issuer, clientId, clientSecret, undefined, options);
    // Otherwise a token that comes over TLS is taken without a look at its signature (OpenID Connect Core §3.1.3.7, 6).
    client.enableNonRepudiationChecks(config);
    return config;
  }

  function unavailable(cause: unknown): DaoyuError {
    log.warn({ code: codeOf(cause), reason: (cause as Error).message }, 'the identity provider cannot be used');
    return new DaoyuError(
      'PROVIDER_UNAVAILABLE',
      'the identity provider does not answer as it should: try again later',
      {
        cause,
      },
    );
  }

  return {
    label,
    async begin(redirectUri) {
      const client = await import('openid-client');
      const config = await configuration();
      const checks = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(config, {
        ...{ redirect_uri: redirectUri, scope: 'openid email profile', state: checks.state, nonce: checks.nonce },
        code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
      });
      return { url, checks };
    },
    async finish(returned, { state, nonce, verifier }) {
      const client = await import('openid-client');
      const config = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(config, returned, {
          ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('no ID token');
        const isWhole = claims.email !== undefined && (roles === undefined || claims[roles.claim] !== undefined);
        const asked = !isWhole && config.serverMetadata().userinfo_endpoint !== undefined;
        const more = asked ? await client.fetchUserInfo(config, tokens.access_token, claims.sub) : undefined;
        return recognised(claims, more, roles);
      } catch (error) {
        if (isOutage(error)) throw unavailable(error);
        log.warn({ code: codeOf(error), reason: (error as Error).message }, 'a sign-in through the provider failed');
        throw new DaoyuError('SIGN_IN_INVALID', 'the identity provider did not confirm this sign-in: begin again', {
          cause: error,
        });
      }
    },
  };
}

/** Network, time-out or a 5xx: nothing that the person did. */
function isOutage(error: unknown): boolean {
  const { name, status, cause } = error as { name?: string; status?: number; cause?: unknown };
  if (status !== undefined) return status >= 500;
  if (name === 'TimeoutError' || codeOf(error) === 'OAUTH_TIMEOUT') return true;
  return name === 'TypeError' && cause instanceof Error;
}

function recognised(
  token: IDToken,
  more: UserInfoResponse | undefined,
  roles: SingleSignOnOptions['roles'],
): Recognised {
  // The ID token is signed, so its claims go first.
  const claims: Claims = { ...more, ...token };
  const { email, email_verified: isVerified, name, preferred_username: preferredUser } = claims;
  return {
    subject: { issuer: token.iss, sub: token.sub },
    ...(typeof email === 'string' && isVerified === true && { email }),
    ...(typeof name === 'string' && name !== '' && { name }),
    ...(typeof preferredUser === 'string' && preferredUser !== '' && { preferredUser }),
    ...(roles && { grants: grantsIn(claims[roles.claim], roles.byGroup) }),
  };
}

function grantsIn(claim: unknown, byGroup: ReadonlyMap<string, readonly Grant[]>): readonly Grant[] {
  const groups = Array.isArray(claim) ? claim : [claim];
  return tidyGrants(groups.flatMap((group) => byGroup.get(String(group)) ?? []));
}
