/** Health for machines that restart things. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ApiOptions } from '../api.ts';
import type { Authenticator } from '../authenticate.ts';

type Options = Pick<ApiOptions, 'checks'> & { readonly authenticator: Pick<Authenticator, 'identify'> };

export const healthRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { checks, authenticator }) => {
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
          'Whether devices get their PUBACKs; 503 when the log cannot take readings. Whoever is signed in reads what is wrong',
        response: { 200: Type.Any(), 503: Type.Any() },
      },
    },
    async (request, reply) => {
      const all = await checks();
      // A stranger learns which part is red, never why: messages name consumers, paths and sizes.
      const isKnown = authenticator.identify(request) !== undefined;
      const shown = isKnown ? all : all.map(({ name, isReady }) => ({ name, isReady }));
      const isReady = all.every((check) => check.isReady);
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks: shown });
    },
  );
};
