/** The park of the alarm named in the URL, for authorization. */
import type { FastifyRequest } from 'fastify';
import type { Alarms } from '../alarms/alarms.ts';
import type { ParkOf } from './authorize.ts';

export function parkOfAlarm(alarms: Pick<Alarms, 'get'>): ParkOf {
  return async ({ params }: FastifyRequest) => (await alarms.get((params as { readonly id: string }).id))?.park;
}
