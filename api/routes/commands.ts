/** A command to a device: handed over to whichever process it is connected to. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import type { DeviceAddress } from '../../base/topics.ts';
import { topicPrefix } from '../../base/topics.ts';
import type { Registry } from '../../registry/registry.ts';
import { Exact, Slug } from '../schemas.ts';

export interface CommandOptions {
  readonly registry: Pick<Registry, 'device'>;
  /** Resolves when handed over, whether or not the device is connected. */
  readonly tell: (device: DeviceAddress, channel: `commands/${string}`, payload: string) => Promise<void>;
  readonly isConnected: (park: string, device: string) => boolean;
}

/** What a device on 4G takes without harm. */
const MAX_BYTES = 16 * 1024;

export const commandRoutes: FastifyPluginAsyncTypebox<CommandOptions> = async (
  app,
  { registry, tell, isConnected },
) => {
  app.post(
    '/devices/:park/:device/commands/:name',
    {
      bodyLimit: MAX_BYTES,
      config: { problems: ['DEVICE_UNKNOWN'] },
      schema: {
        tags: ['commands'],
        summary:
          "Publishes the body on the device's own commands topic, QoS 1; whether it acts on it, it says on its replies topic",
        params: Exact({ park: Slug, device: Slug, name: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }) }),
        body: Type.Unknown({ description: 'JSON, as the firmware wants it' }),
        response: {
          202: Exact(
            { topic: Type.String(), isConnected: Type.Boolean() },
            { description: 'handed over, not delivered' },
          ),
        },
      },
    },
    async ({ params: { park, device, name }, body }, reply) => {
      if (registry.device(park, device) === undefined)
        throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${device}`);
      const address = { park, device };
      await tell(address, `commands/${name}`, JSON.stringify(body ?? null));
      return reply
        .code(202)
        .send({ topic: `${topicPrefix(address)}commands/${name}`, isConnected: isConnected(park, device) });
    },
  );
};
