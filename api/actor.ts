/** The name recorded for an action: always a person's own; the holder of the installation's token may name whom they act for. */
import type { FastifyRequest } from 'fastify';
import { SOMEBODY } from '../people/people.ts';

export function actorOf({ identity }: Pick<FastifyRequest, 'identity'>, by: string | undefined): string {
  if (identity === undefined) return SOMEBODY;
  const isAnonymous = identity.kind === 'installation' || identity.kind === 'link';
  return isAnonymous ? (by ?? identity.name) : identity.name;
}
