/** Options of routes that manage people: for administrators of any park; the handler checks whom they may manage. */
import type { FastifyContextConfig, FastifySchema } from 'fastify';

export function peopleRoute<S extends FastifySchema>(
  schema: S,
  declared: Pick<FastifyContextConfig, 'audit' | 'problems'> = {},
) {
  return {
    config: { access: { right: 'administer', park: 'any' }, ...declared } as const,
    schema: { tags: ['people'], ...schema },
  };
}
