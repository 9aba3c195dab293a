/** A word to a device: handed over to whichever process it is connected to. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { topicPrefix } from '../../base/topics.ts';
import type { ApiOptions } from '../api.ts';
import { Slug } from '../schemas.ts';

type Options = Pick<ApiOptions, 'registry' | 'tell' | 'isConnected'>;

/** What a device on 4G takes without harm. */
const MAX_BYTES = 16 * 1024;

export const commandRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { registry, tell, isConnected }) => {
  app.post(
    '/devices/:park/:device/commands/:name',
    {
      bodyLimit: MAX_BYTES,
      schema: {
        tags: ['commands'],
        summary:
          "Publishes the body on the device's own commands topic, QoS 1; whether it acts on it, it says on its replies topic",
        params: Type.Object(
          { park: Slug, device: Slug, name: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }) },
          { additionalProperties: false },
        ),
        body: Type.Any({ description: 'JSON, as the firmware wants it' }),
        response: { 202: Type.Any({ description: '{topic, isConnected}: handed over, not delivered' }) },
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
