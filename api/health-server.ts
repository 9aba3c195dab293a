/** Health and metrics of a process without the API: the same addresses, the same token. */
import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import type { ServerOptions } from './api.ts';
import { createAuthenticator } from './authenticate.ts';
import { installAuthorization } from './authorize.ts';
import { listen } from './listen.ts';
import type { MetricsOptions } from './metrics.ts';
import { installProblems, PROBLEM_HANDLERS } from './problem.ts';
import { type HealthRouteOptions, healthRoutes } from './routes/health.ts';
import { metricRoutes } from './routes/metrics.ts';

export type HealthOptions = ServerOptions & HealthRouteOptions & Pick<MetricsOptions, 'status'>;

export async function openHealth(options: HealthOptions): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = Fastify({
    bodyLimit: 1024,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    ...PROBLEM_HANDLERS,
  }).withTypeProvider<TypeBoxTypeProvider>();
  installProblems(app as never, options.log);
  // Nobody signs in here, but sessions of the API are valid.
  const authenticator = createAuthenticator(options);
  await app.register(cookie);
  // Only health and metrics are served here.
  installAuthorization(app as never, authenticator, 'anyone');
  await app.register(healthRoutes, { ...options, authenticator });
  await app.register(metricRoutes, { status: options.status });
  return { url: await listen(app, options), close: () => app.close() };
}
