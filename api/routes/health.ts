/** Health checks for supervisors and load balancers. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { Authenticator } from '../authenticate.ts';
import { Exact, List, OneOf } from '../schemas.ts';

const Check = Exact({
  name: Type.String(),
  isReady: Type.Boolean(),
  message: Type.Optional(Type.String({ description: 'what is wrong; only for those who are signed in' })),
  promise: Type.Optional(
    Exact(
      { survives: OneOf(['power loss', 'process death', 'nothing']), message: Type.String() },
      { description: 'what an acknowledged reading survives' },
    ),
  ),
});
/** One named part of readiness. */
export type Check = Static<typeof Check>;

const ReadinessAnswer = Exact({ status: OneOf(['ready', 'not ready']), checks: List(Check) });
export type ReadinessAnswer = Static<typeof ReadinessAnswer>;

export interface HealthRouteOptions {
  readonly checks: () => Promise<readonly Check[]>;
}

type Options = HealthRouteOptions & { readonly authenticator: Pick<Authenticator, 'identify'> };

export const healthRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { checks, authenticator }) => {
  let asking: Promise<readonly Check[]> | undefined;
  /** Strangers may ask as often as they like: concurrent requests share one round of checks. */
  function checksOfNow(): Promise<readonly Check[]> {
    asking ??= checks().finally(() => {
      asking = undefined;
    });
    return asking;
  }

  app.get(
    '/healthz',
    {
      config: { access: 'anyone' },
      schema: {
        tags: ['health'],
        summary: 'Liveness: the process answers',
        security: [],
        response: { 200: Exact({ status: Type.Literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { access: 'anyone' },
      schema: {
        tags: ['health'],
        summary:
          'Readiness: devices get their PUBACKs. 503 while the log cannot take readings; the reasons are shown to those who are signed in',
        security: [],
        response: { 200: ReadinessAnswer, 503: ReadinessAnswer },
      },
    },
    async (request, reply) => {
      const all = await checksOfNow();
      // A stranger learns which part has failed, never why: messages name consumers, paths and sizes.
      const isKnown = authenticator.identify(request) !== undefined;
      const shown = isKnown ? all : all.map(({ name, isReady }) => ({ name, isReady }));
      const isReady = all.every((check) => check.isReady);
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks: shown });
    },
  );
};
