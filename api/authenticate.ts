/** Who may ask: programs by bearer token, browsers by a session that a one-time link begins. Sessions read; changing something takes the token. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DaoyuError } from '../errors.ts';

/** Codes of sign-in links: each good for one browser within an hour, at whichever process it arrives. */
export interface CodeBook {
  make(): Promise<string>;
  /** Whether it is good; from then on it is not. */
  take(code: string): Promise<boolean>;
}

export interface Authenticator {
  /** Begins a session from a code or the token; rejects with `SIGN_IN_INVALID`. */
  signIn(secret: string, reply: FastifyReply): Promise<void>;
  signOut(reply: FastifyReply): void;
  hasSession(request: FastifyRequest): boolean;
  /** Who asks, as a name for rate limits that tells nothing; undefined for a stranger. A bearer token that is given decides alone. */
  identify(request: FastifyRequest): { readonly by: 'token' | 'session'; readonly id: string } | undefined;
  /** Throws `UNAUTHORIZED` or `FORBIDDEN`. */
  check(request: FastifyRequest): void;
}

const COOKIE = 'daoyu_session';
const SESSION_MS = 30 * 24 * 3_600_000;
const SAFE_METHODS = new Set(['GET', 'HEAD']);

export function createAuthenticator(
  { token, sessionSecret, codes }: { readonly token: string; readonly sessionSecret: string; readonly codes: CodeBook },
  clock: () => number,
): Authenticator {
  const sign = (text: string) => createHmac('sha256', sessionSecret).update(text).digest('base64url');

  function isSession(value: string | undefined): boolean {
    const [expires = '', random = '', signature = ''] = (value ?? '').split('.', 4);
    return Number(expires) > clock() && isEqual(signature, sign(`${expires}.${random}`));
  }

  function identify(request: FastifyRequest): ReturnType<Authenticator['identify']> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const [, given = ''] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
      return isEqual(given, token) ? { by: 'token', id: 'token' } : undefined;
    }
    const session = request.cookies[COOKIE];
    return isSession(session) ? { by: 'session', id: `session:${session?.split('.')[1]}` } : undefined;
  }

  return {
    async signIn(secret, reply) {
      if (!isEqual(secret, token) && !(await codes.take(secret))) {
        throw new DaoyuError(
          'SIGN_IN_INVALID',
          'this sign-in link was used before or is too old; start the platform again for a new one, or sign in with the API token',
        );
      }
      const session = `${clock() + SESSION_MS}.${randomBytes(12).toString('base64url')}`;
      void reply.setCookie(COOKIE, `${session}.${sign(session)}`, {
        httpOnly: true,
        sameSite: 'strict',
        path: '/',
        maxAge: SESSION_MS / 1000,
      });
    },
    signOut(reply) {
      void reply.clearCookie(COOKIE, { path: '/' });
    },
    hasSession: (request) => isSession(request.cookies[COOKIE]),
    identify,
    check(request) {
      const identity = identify(request);
      if (identity === undefined) {
        throw new DaoyuError(
          'UNAUTHORIZED',
          'send the API token as "Authorization: Bearer …" (it lies in secrets/api-token of the data folder), or open the sign-in link in a browser',
        );
      }
      // No browser sends the token on its own, so a foreign page can change nothing (CSRF), and neither can who passes a wall screen.
      if (identity.by === 'session' && !SAFE_METHODS.has(request.method))
        throw new DaoyuError('FORBIDDEN', 'a browser session may only read; send the API token to change something');
    },
  };
}

/** Constant time, whatever the lengths. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
