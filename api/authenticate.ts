/**
 * Who may ask: programs by bearer token, browsers by a session.
 * A session that the one-time link begins only reads: it lies on wall screens and phones. One that is begun by typing the API token may
 * for twelve hours also use the routes marked `operator` (replay from quarantine), asked from our own page; everything else that changes
 * something takes the token itself.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';

/** Codes of sign-in links: each good for one browser within an hour, at whichever process it arrives. */
export interface CodeBook {
  make(): Promise<string>;
  /** Whether it is good; from then on it is not. */
  take(code: string): Promise<boolean>;
}

export interface Identity {
  readonly by: 'token' | 'session';
  readonly id: string;
  /** Epoch ms until which a session may act as operator; absent: it only reads. */
  readonly operatorUntil?: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** May be asked by a session whose person typed the token. */
    readonly operator?: true;
  }
}

export interface Authenticator {
  /** Begins a session from a code or the token; rejects with `SIGN_IN_INVALID`. */
  signIn(secret: string, reply: FastifyReply): Promise<void>;
  signOut(reply: FastifyReply): void;
  hasSession(request: FastifyRequest): boolean;
  /** Who asks, as a name for rate limits that tells nothing; undefined for a stranger. A bearer token that is given decides alone. */
  identify(request: FastifyRequest): Identity | undefined;
  /** Throws `UNAUTHORIZED` or `FORBIDDEN`. */
  check(request: FastifyRequest): void;
}

const COOKIE = 'daoyu_session';
const SESSION_MS = 30 * 24 * 3_600_000;
/** Long enough for a shift; a screen left alone falls back to reading. */
const OPERATOR_MS = 12 * 3_600_000;
const SAFE_METHODS = new Set(['GET', 'HEAD']);

export function createAuthenticator(
  { token, sessionSecret, codes }: { readonly token: string; readonly sessionSecret: string; readonly codes: CodeBook },
  clock: () => number,
): Authenticator {
  const sign = (text: string) => createHmac('sha256', sessionSecret).update(text).digest('base64url');

  function readSession(value: string | undefined): Identity | undefined {
    const [expires = '', operatorUntil = '', random = '', signature = ''] = (value ?? '').split('.', 5);
    if (Number(expires) <= clock() || !isEqual(signature, sign(`${expires}.${operatorUntil}.${random}`))) return;
    return {
      by: 'session',
      id: `session:${random}`,
      ...(Number(operatorUntil) > clock() && { operatorUntil: Number(operatorUntil) }),
    };
  }

  function identify(request: FastifyRequest): ReturnType<Authenticator['identify']> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const [, given = ''] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
      return isEqual(given, token) ? { by: 'token', id: 'token' } : undefined;
    }
    return readSession(request.cookies[COOKIE]);
  }

  return {
    async signIn(secret, reply) {
      const isToken = isEqual(secret, token);
      if (!isToken && !(await codes.take(secret))) {
        throw new DaoyuError(
          'SIGN_IN_INVALID',
          'this sign-in link was used before or is too old; start the platform again for a new one, or sign in with the API token',
        );
      }
      const operatorUntil = isToken ? clock() + OPERATOR_MS : 0;
      const session = `${clock() + SESSION_MS}.${operatorUntil}.${randomBytes(12).toString('base64url')}`;
      void reply.setCookie(COOKIE, `${session}.${sign(session)}`, {
        httpOnly: true,
        // Not strict: a link pasted into a chat must open the same picture. What changes something is never a GET.
        sameSite: 'lax',
        path: '/',
        maxAge: SESSION_MS / 1000,
      });
    },
    signOut(reply) {
      void reply.clearCookie(COOKIE, { path: '/' });
    },
    hasSession: (request) => readSession(request.cookies[COOKIE]) !== undefined,
    identify,
    check(request) {
      const identity = identify(request);
      if (identity === undefined) {
        throw new DaoyuError(
          'UNAUTHORIZED',
          'send the API token as "Authorization: Bearer …" (DAOYU_API_TOKEN where it is set, else secrets/api-token in the data folder), or open the sign-in link in a browser',
        );
      }
      if (identity.by === 'token' || SAFE_METHODS.has(request.method)) return;
      // No browser sends the token on its own, so a foreign page can change nothing (CSRF), and neither can who passes a wall screen.
      const mayAct = request.routeOptions.config.operator === true && identity.operatorUntil !== undefined;
      if (mayAct && isFromOurPage(request)) return;
      throw new DaoyuError(
        'FORBIDDEN',
        'a browser session only reads; send the API token to change something. To replay from quarantine on the page, sign in there with the token',
      );
    },
  };
}

/** Browsers say where a request comes from; older ones at least name the origin. */
function isFromOurPage({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') === headers.host;
}

/** Constant time, whatever the lengths. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
