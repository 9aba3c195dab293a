/** The caller's rights, in the form of versions before accounts; `GET /me` says more. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import { allowsSomewhere } from '../../people/roles.ts';
import { identityOf } from '../people-checks.ts';
import { Exact, OneOf, Time } from '../schemas.ts';

const SessionAnswer = Exact({
  by: OneOf(['token', 'session']),
  mayOperate: Type.Boolean({ description: 'in one park at least' }),
  operatorUntil: Type.Optional(Time('only of a session that the API token began')),
});
export type SessionAnswer = Static<typeof SessionAnswer>;

export const sessionRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/session',
    {
      config: { access: 'known' },
      schema: {
        tags: ['people'],
        summary: 'Whether the one who asks may operate, and until when a browser that typed the API token may',
        response: { 200: SessionAnswer },
      },
    },
    async (request) => {
      const { isSession, grants, operatorUntil } = identityOf(request);
      return {
        by: isSession ? ('session' as const) : ('token' as const),
        mayOperate: allowsSomewhere(grants, 'operate'),
        ...(operatorUntil !== undefined && { operatorUntil }),
      };
    },
  );
};
