/** The name beside what somebody does: people's own, always; whoever holds the installation's token may say on whose behalf. */
import type { FastifyRequest } from 'fastify';
import { SOMEBODY } from '../people/people.ts';

export function actorOf({ identity }: Pick<FastifyRequest, 'identity'>, by: string | undefined): string {
  if (identity === undefined) return SOMEBODY;
  const isAnonymous = identity.kind === 'installation' || identity.kind === 'link';
  return isAnonymous ? (by ?? identity.name) : identity.name;
}
