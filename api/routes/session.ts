/** What the one who asks may do, so that a page offers nothing that would be refused; and the way out. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { Authenticator } from '../authenticate.ts';
import { Exact, OneOf, Time } from '../schemas.ts';

interface Options {
  readonly authenticator: Authenticator;
}

const SessionAnswer = Exact({
  by: OneOf(['token', 'session']),
  mayOperate: Type.Boolean(),
  operatorUntil: Type.Optional(Time('only of a session')),
});
export type SessionAnswer = Static<typeof SessionAnswer>;

export const sessionRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { authenticator }) => {
  app.get(
    '/session',
    {
      schema: {
        tags: ['health'],
        summary: 'Who asks, and until when a browser session may act as operator (replay from quarantine)',
        response: { 200: SessionAnswer },
      },
    },
    async (request) => {
      const identity = authenticator.identify(request);
      const { by = 'session', operatorUntil } = identity ?? {};
      return {
        by,
        mayOperate: by === 'token' || operatorUntil !== undefined,
        ...(operatorUntil !== undefined && { operatorUntil }),
      };
    },
  );
};
