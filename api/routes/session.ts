/** What the one who asks may do, so that a page offers nothing that would be refused; and the way out. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Authenticator } from '../authenticate.ts';

interface Options {
  readonly authenticator: Authenticator;
}

export const sessionRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { authenticator }) => {
  app.get(
    '/session',
    {
      schema: {
        tags: ['health'],
        summary: 'Who asks, and until when a browser session may act as operator (replay from quarantine)',
        response: {
          200: Type.Object({
            by: Type.String({ description: '`token` or `session`' }),
            mayOperate: Type.Boolean(),
            operatorUntil: Type.Optional(Type.Number({ description: 'epoch ms; only of a session' })),
          }),
        },
      },
    },
    async (request) => {
      const identity = authenticator.identify(request as never);
      const { by = 'session', operatorUntil } = identity ?? {};
      return {
        by,
        mayOperate: by === 'token' || operatorUntil !== undefined,
        ...(operatorUntil !== undefined && { operatorUntil }),
      };
    },
  );
};
