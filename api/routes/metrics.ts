/** The platform's metrics for Prometheus. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { createMetrics, type MetricsOptions } from '../metrics.ts';

export const metricRoutes: FastifyPluginAsyncTypebox<MetricsOptions> = async (app, options) => {
  const metrics = createMetrics(options);
  app.get(
    '/metrics',
    {
      config: { access: { right: 'read', park: 'every' } },
      schema: {
        tags: ['health'],
        summary: 'Prometheus metrics',
        response: {
          200: {
            description: 'Prometheus text format',
            content: { 'text/plain': { schema: Type.String() } },
          },
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()),
  );
};
