/** Requests a minute of each caller: authenticated callers individually, strangers by address, sign-in separately. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Identity } from '../people/identity.ts';
import type { Authenticator } from './authenticate.ts';

export interface RateLimitOptions {
  readonly authenticator: Pick<Authenticator, 'identify'>;
  readonly perMinute: number;
}

/** A flood of strangers must not make a watchdog restart the platform, or a load balancer drop it. */
const PROBES = new Set(['/healthz', '/readyz']);
const INTAKE = '/api/v1/intake';
/** Paths at which secrets are typed. */
const SIGN_IN = new Set(['/sign-in', '/join', '/api/v1/me/password']);
/** Attempts from one address: people mistype, and many people share the gateway of a 4G carrier. */
const SIGN_INS_PER_MINUTE = 60;
const MINUTE_MS = 60_000;

export async function installRateLimit(
  app: FastifyInstance,
  { authenticator, perMinute }: RateLimitOptions,
): Promise<void> {
  await app.register(rateLimit, { global: false });
  const ofAnything = app.createRateLimit({
    max: perMinute,
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => `${nameOf(authenticator.identify(request))}@${request.ip}`,
  });
  const ofSignIn = app.createRateLimit({
    max: Math.min(SIGN_INS_PER_MINUTE, perMinute),
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => `sign-in@${request.ip}`,
  });
  app.addHook('onRequest', async (request, reply) => {
    const [path = '', query = ''] = request.url.split('?');
    // Devices have a pace of their own, each by its credential.
    if (path === INTAKE || path.startsWith(`${INTAKE}/`)) return;
    if (PROBES.has(path) || (SIGN_IN.has(path) && isForm(request, query))) return;
    const taken = await (SIGN_IN.has(path) ? ofSignIn : ofAnything)(request);
    if (taken.isAllowed || !taken.isExceeded) return;
    void reply.header('retry-after', taken.ttlInSeconds);
    const what = SIGN_IN.has(path) ? 'attempts to sign in from this address' : 'requests';
    throw new DaoyuError(
      'TOO_MANY_REQUESTS',
      `more than ${taken.max} ${what} a minute; slow down${SIGN_IN.has(path) ? '' : ', or raise DAOYU_API_RATE'}`,
    );
  });
}

const nameOf = (identity: Identity | undefined) =>
  identity === undefined ? 'stranger' : `${identity.kind}:${identity.id}`;

/** Getting the empty form is not an attempt. */
const isForm = ({ method }: FastifyRequest, query: string) => (method === 'GET' || method === 'HEAD') && query === '';
