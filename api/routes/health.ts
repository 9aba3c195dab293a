/** Health for machines that restart things, and metrics for Prometheus. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ApiOptions } from '../api.ts';

type Options = Pick<ApiOptions, 'checks'>;

export const healthRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { checks }) => {
  app.get(
    '/healthz',
    { schema: { tags: ['health'], summary: 'The process turns', response: { 200: Type.Any() } } },
    async () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags: ['health'],
        summary:
          'Whether devices get their PUBACKs; 503 when the log cannot take readings. Each check says what is wrong',
        response: { 200: Type.Any(), 503: Type.Any() },
      },
    },
    async (_request, reply) => {
      const all = await checks();
      const isReady = all.every((check) => check.isReady);
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks: all });
    },
  );
};
