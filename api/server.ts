/** The HTTP server: guards first, then routes. Everything but health and sign-in asks who you are. */
import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { Api, ApiOptions } from './api.ts';
import { createAuthenticator } from './authenticate.ts';
import { compressAnswer } from './compress.ts';
import { listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { installProblems } from './problem.ts';
import { createQueryGate } from './query-gate.ts';
import { ledgerRoutes } from './routes/accounts.ts';
import { commandRoutes } from './routes/commands.ts';
import { deviceLifeRoutes } from './routes/device-life.ts';
import { healthRoutes } from './routes/health.ts';
import { liveRoutes } from './routes/live.ts';
import { pageRoutes } from './routes/page.ts';
import { placeRoutes } from './routes/places.ts';
import { readingRoutes } from './routes/readings.ts';
import { registryRoutes } from './routes/registry.ts';
import { sessionRoutes } from './routes/session.ts';

/** Open to everybody: they tell a stranger nothing. */
const OPEN = [/^\/healthz$/, /^\/readyz$/, /^\/sign-in$/, /^\/$/, /^\/assets\//];

const MAX_EXPORTS = 2;

export async function openApi(options: ApiOptions): Promise<Api> {
  const app = await buildApp(options);
  const url = await listen(app, options);
  return { url, signInLink: async () => `${url}/sign-in?code=${await options.codes.make()}`, close: () => app.close() };
}

/** The application without a socket: what the tests inject requests into. */
export async function buildApp(options: ApiOptions): Promise<FastifyInstance> {
  const { limits, log, clock } = options;
  const app = Fastify({
    bodyLimit: 256 * 1024,
    requestTimeout: 30_000,
    connectionTimeout: 0, // Live streams and exports stay; their own watch ends the stalled.
    keepAliveTimeout: 30_000,
    maxRequestsPerSocket: 10_000,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  installProblems(app as never, log);
  const authenticator = createAuthenticator(options, clock);
  const gate = createQueryGate(limits);
  const exports = createQueryGate({ ...limits, maxConcurrentQueries: MAX_EXPORTS });
  const metrics = createMetrics(options);

  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false, // Behind TLS the proxy in front says it.
  });
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  const take = app.createRateLimit({
    max: limits.requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => `${authenticator.identify(request as never)?.id ?? 'stranger'}@${request.ip}`,
  });
  // Counted before it is asked who it is, at addresses that do not exist too: a token cannot be guessed at leisure.
  app.addHook('onRequest', async (request, reply) => {
    // A flood of strangers must not make a watchdog restart the platform.
    if (request.url === '/healthz') return;
    const taken = await take(request as never);
    if (taken.isAllowed || !taken.isExceeded) return;
    void reply.header('retry-after', taken.ttlInSeconds);
    throw new DaoyuError(
      'TOO_MANY_REQUESTS',
      `more than ${taken.max} requests a minute; slow down, or raise DAOYU_API_RATE`,
    );
  });
  app.addHook('onRequest', async (request) => {
    const path = request.url.split('?')[0] ?? '';
    if (!OPEN.some((pattern) => pattern.test(path))) authenticator.check(request as never);
  });
  app.addHook('onSend', compressAnswer as never);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'daoyu',
        version: '1',
        description:
          'Readings of rice–fish parks. Times in answers are epoch ms, in CSV Beijing time; windows follow Asia/Shanghai. Errors are RFC 9457 problem details.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  await app.register(healthRoutes, { ...options, authenticator });
  app.get('/metrics', { schema: { tags: ['health'], summary: 'Prometheus metrics' } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.render()),
  );
  const inV1 = { prefix: '/api/v1' };
  await app.register(registryRoutes, { ...options, ...inV1 });
  await app.register(placeRoutes, { ...options, ...inV1 });
  await app.register(deviceLifeRoutes, { ...options, ...inV1 });
  await app.register(readingRoutes, { ...options, ...inV1, gate, exports });
  await app.register(ledgerRoutes, { ...options, ...inV1 });
  await app.register(commandRoutes, { ...options, ...inV1 });
  await app.register(sessionRoutes, { authenticator, ...inV1 });
  await app.register(liveRoutes, { ...options, ...inV1 });
  await app.register(pageRoutes, { pageFolder: options.pageFolder, authenticator });
  await app.ready();
  return app as unknown as FastifyInstance;
}
