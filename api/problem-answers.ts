/** Documents in OpenAPI which problems each route answers with: those it names, and those that follow from its method, body and access. */
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { accessOf } from './authorize.ts';
import { STATUS } from './problem.ts';
import { Problem } from './schemas.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Codes of problems specific to this route. */
    readonly problems?: readonly string[];
  }
}

type Answers = Record<string, unknown>;

/** Call before routes are registered. */
export function documentProblems(app: Pick<FastifyInstance, 'addHook'>): void {
  app.addHook('onRoute', (route) => {
    const { schema } = route;
    if (schema === undefined || schema.hide === true) return;
    const answers = { ...(schema.response as Answers | undefined) };
    for (const [status, codes] of byStatus(codesOf(route))) answers[status] ??= answerOf(codes);
    route.schema = { ...schema, response: answers };
  });
}

function codesOf(route: RouteOptions): readonly string[] {
  const { method, schema, config } = route;
  const access = accessOf(route);
  const isReading = [method].flat().every((each) => each === 'GET' || each === 'HEAD');
  const takesAnything = schema?.params ?? schema?.querystring ?? schema?.body;
  return [
    ...(takesAnything ? ['REQUEST_INVALID'] : []),
    ...(access === 'anyone' ? [] : ['UNAUTHORIZED', 'TOO_MANY_REQUESTS']),
    ...(typeof access === 'object' || (access === 'known' && !isReading) ? ['FORBIDDEN'] : []),
    ...(config?.problems ?? []),
  ];
}

function byStatus(codes: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, readonly string[]>();
  for (const code of codes) {
    const status = STATUS[code];
    if (status === undefined) throw new Error(`a route names the problem ${code}, which has no status`);
    found.set(status, [...(found.get(status) ?? []), code]);
  }
  // Also for bodies that are too large or of another type.
  return found;
}

const answerOf = (codes: readonly string[]) => ({
  description: codes.map((code) => `\`${code}\``).join(', '),
  content: { 'application/problem+json': { schema: Problem as TSchema } },
});
