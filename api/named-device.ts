/** The device named in the path of a route. */
import type { FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { Device, Registry } from '../registry/registry.ts';
import { Exact, Slug } from './schemas.ts';

export const OneDevice = Exact({ park: Slug, device: Slug });

/** Looks it up, for the audit trail. */
export function namedDevice(registry: Pick<Registry, 'device'>) {
  return ({ params }: FastifyRequest): Device | undefined => {
    const { park, device } = params as Static<typeof OneDevice>;
    return registry.device(park, device);
  };
}
