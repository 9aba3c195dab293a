/**
 * Authentication: programs by bearer token, browsers by session cookie. `authorize.ts` says what each may do. A browser that opened the start-up link
 * only reads, since such links end up on wall screens and phones. One that typed the installation's token may operate for twelve hours; one whose person
 * signed in with an account may do what that account may.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Identity } from '../people/identity.ts';
import { linkIdentity, type People } from '../people/people.ts';
import { createThrottle, type Throttle, tooManyAttempts } from '../people/throttle.ts';
import { tokenIdIn } from '../people/tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The identity behind the request; undefined for a stranger on an open route. */
    identity: Identity | undefined;
  }
}

export interface Authenticator {
  /** Undefined for a stranger. A bearer token, if sent, decides alone. */
  identify(request: FastifyRequest): Identity | undefined;
  /** Throws `UNAUTHORIZED`, `TOO_MANY_ATTEMPTS`, or `FORBIDDEN` for a change that another site's page sends with our cookie. */
  check(request: FastifyRequest): Identity;
}

export interface AuthenticatorOptions {
  readonly people: Pick<People, 'byToken' | 'bySession' | 'installation'>;
  /** Signed the sessions of earlier versions. */
  readonly sessionSecret: string;
  readonly clock: () => number;
  /** For bearer tokens; shared with the form that takes the installation's token. */
  readonly throttle?: Throttle;
}

export const COOKIE = 'daoyu_session';
const SAFE_METHODS = new Set(['GET', 'HEAD']);
const INSTALLATION = 'installation';

/** A generated token cannot be guessed, so only wrong tokens are slowed down, and only for the address that sends them. */
export const createTokenThrottle = (clock: () => number): Throttle =>
  createThrottle({ clock, freeAttempts: 10, maxPerHour: Number.POSITIVE_INFINITY });

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { people, sessionSecret, clock, throttle = createTokenThrottle(clock) } = options;

  function identify(request: FastifyRequest): Identity | undefined {
    const bearer = bearerOf(request);
    if (bearer !== undefined) return people.byToken(bearer);
    const cookie = request.cookies[COOKIE];
    if (cookie === undefined || cookie === '') return undefined;
    return people.bySession(cookie) ?? signedSession(cookie);
  }

  /** Signed sessions from versions before accounts. No new ones are created, and the last expires thirty days after the upgrade. */
  function signedSession(cookie: string): Identity | undefined {
    const [expires = '', operatorUntil = '', random = '', signature = ''] = cookie.split('.', 5);
    if (!(Number(expires) > clock())) return undefined;
    const right = createHmac('sha256', sessionSecret)
      .update(`${expires}.${operatorUntil}.${random}`)
      .digest('base64url');
    if (!isEqual(signature, right)) return undefined;
    return linkIdentity(`signed:${random}`, people.installation.isRevoked() ? 0 : Number(operatorUntil), clock());
  }

  function checkBearer(bearer: string, identity: Identity | undefined, address: string): void {
    const credential = tokenIdIn(bearer) ?? INSTALLATION;
    if (identity === undefined) throttle.begin({ credential, address, secret: bearer });
    else if (
      identity.kind === INSTALLATION &&
      people.installation.isGuessable &&
      throttle.isPaused(credential, address)
    )
      throw tooManyAttempts(60_000);
  }

  return {
    identify,
    check(request) {
      const identity = identify(request);
      const bearer = bearerOf(request);
      if (bearer !== undefined) checkBearer(bearer, identity, request.ip);
      if (identity === undefined) {
        throw new DaoyuError(
          'UNAUTHORIZED',
          'send an API token as "Authorization: Bearer …" (DAOYU_API_TOKEN where it is set, else secrets/api-token in the data folder, or one that `daoyu tokens add` made), or sign in with a browser at /sign-in',
        );
      }
      // A browser never sends a token by itself, but it sends a cookie for any page that requests it.
      if (identity.isSession && !SAFE_METHODS.has(request.method) && !isFromOurPage(request)) {
        throw new DaoyuError(
          'FORBIDDEN',
          'a browser session changes something from our own page only (Sec-Fetch-Site: same-origin, or an Origin equal to the host); programs send an API token',
        );
      }
      return identity;
    },
  };
}

function bearerOf({ headers: { authorization } }: FastifyRequest): string | undefined {
  if (authorization === undefined) return undefined;
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
}

/** Browsers say where a request comes from; older ones at least name the origin. */
export function isFromOurPage({ headers, host }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') === host;
}

/** Constant time, whatever the lengths. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
