/** Health and metrics of a process without the API: the same addresses, the same token. */
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import type { ApiOptions } from './api.ts';
import { createAuthenticator } from './authenticate.ts';
import { listen } from './listen.ts';
import { createMetrics } from './metrics.ts';
import { installProblems } from './problem.ts';
import { healthRoutes } from './routes/health.ts';

export type HealthOptions = Pick<
  ApiOptions,
  'host' | 'port' | 'token' | 'sessionSecret' | 'checks' | 'status' | 'clock' | 'log'
>;

export async function openHealth(options: HealthOptions): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = Fastify({ bodyLimit: 1024, requestTimeout: 30_000, forceCloseConnections: true });
  installProblems(app as never, options.log);
  // Nobody signs in here; who did at the API is known.
  const codes = { make: async () => '', take: async () => false };
  const authenticator = createAuthenticator({ ...options, codes }, options.clock);
  const metrics = createMetrics(options);
  await app.register(cookie);
  await app.withTypeProvider<TypeBoxTypeProvider>().register(healthRoutes, { ...options, authenticator });
  app.get('/metrics', async (request, reply) => {
    authenticator.check(request);
    return reply.type(metrics.contentType).send(await metrics.render());
  });
  return { url: await listen(app, options), close: () => app.close() };
}
