/** A second login of a device that only listens: for a laptop beside it, which would otherwise take its connection away. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { clientIdOf, observerOf, topicsOf } from '../../base/topics.ts';
import type { Registry } from '../../registry/registry.ts';
import { Exact, List, Slug } from '../schemas.ts';

export interface ObserverOptions {
  readonly registry: Pick<Registry, 'device' | 'setDevice'>;
  readonly mqttUrls: () => readonly string[];
  /** A new password of the observer, shown once. */
  readonly makeObserver: (park: string, device: string) => Promise<string>;
}

const OneDevice = Exact({ park: Slug, device: Slug });
const ObserverCredentials = Exact({
  username: Type.String(),
  password: Type.String({ description: 'shown here and nowhere else' }),
  clientId: Type.String({ description: 'the client id to use' }),
  topics: Exact(
    { errors: Type.String(), commands: Type.String() },
    { description: 'to subscribe to; no other is granted' },
  ),
  urls: List(Type.String(), { description: 'MQTT addresses of this process' }),
});
export type ObserverCredentials = Static<typeof ObserverCredentials>;
const access = { right: 'administer', park: 'named' } as const;

export const observerRoutes: FastifyPluginAsyncTypebox<ObserverOptions> = async (app, options) => {
  const { registry, mqttUrls, makeObserver } = options;
  const shownIn = ({ params }: FastifyRequest) => {
    const { park, device } = params as Static<typeof OneDevice>;
    return { observer: registry.device(park, device)?.observerPasswordHash !== undefined };
  };

  app.post(
    '/devices/:park/:device/observer',
    {
      config: {
        access,
        audit: { what: 'device.password', of: shownIn },
        problems: ['DEVICE_UNKNOWN', 'STATE_CONFLICT'],
      },
      schema: {
        tags: ['registry'],
        summary: 'A login that hears what the device is told and publishes nothing; a new one ends the one before',
        params: OneDevice,
        body: Exact({}),
        response: { 201: ObserverCredentials },
      },
    },
    async ({ params: { park, device } }, reply) => {
      const password = await makeObserver(park, device);
      const id = clientIdOf(observerOf({ park, device }));
      const { errors, commands } = topicsOf({ park, device });
      return reply
        .code(201)
        .send({ username: id, password, clientId: id, topics: { errors, commands }, urls: mqttUrls() });
    },
  );

  app.delete(
    '/devices/:park/:device/observer',
    {
      config: {
        access,
        audit: { what: 'device.password', of: shownIn },
        problems: ['DEVICE_UNKNOWN', 'STATE_CONFLICT'],
      },
      schema: {
        tags: ['registry'],
        summary: 'Ends the observer of a device, and its connection at once',
        params: OneDevice,
        response: { 204: Type.Null({ description: 'ended' }) },
      },
    },
    async ({ params: { park, device } }, reply) => {
      await registry.setDevice(park, device, { observerPasswordHash: null });
      return reply.code(204).send(null);
    },
  );
};
