/** How much each caller may ask a minute: those who are known by themselves, strangers by address, sign-in apart from everything else. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Authenticator } from './authenticate.ts';

export interface RateLimitOptions {
  readonly authenticator: Pick<Authenticator, 'identify'>;
  readonly perMinute: number;
}

/** A flood of strangers must not make a watchdog restart the platform, nor a balancer take it out. */
const PROBES = new Set(['/healthz', '/readyz']);
const SIGN_IN = '/sign-in';
/** Attempts from one address: people mistype, and a gateway of a 4G carrier has many people behind it. */
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
    keyGenerator: (request) => `${authenticator.identify(request)?.id ?? 'stranger'}@${request.ip}`,
  });
  const ofSignIn = app.createRateLimit({
    max: Math.min(SIGN_INS_PER_MINUTE, perMinute),
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => `sign-in@${request.ip}`,
  });
  app.addHook('onRequest', async (request, reply) => {
    const [path = '', query = ''] = request.url.split('?');
    if (PROBES.has(path) || (path === SIGN_IN && isForm(request, query))) return;
    const taken = await (path === SIGN_IN ? ofSignIn : ofAnything)(request);
    if (taken.isAllowed || !taken.isExceeded) return;
    void reply.header('retry-after', taken.ttlInSeconds);
    const what = path === SIGN_IN ? 'attempts to sign in from this address' : 'requests';
    throw new DaoyuError(
      'TOO_MANY_REQUESTS',
      `more than ${taken.max} ${what} a minute; slow down${path === SIGN_IN ? '' : ', or raise DAOYU_API_RATE'}`,
    );
  });
}

/** The empty form costs nothing and proves nothing. */
const isForm = ({ method }: FastifyRequest, query: string) => (method === 'GET' || method === 'HEAD') && query === '';
