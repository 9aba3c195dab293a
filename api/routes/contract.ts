/** The contract for firmware: the AsyncAPI document from either point of view, and the JSON Schema of each kind's telemetry. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Kind } from '../../sensors/kind.ts';
import { asyncApi, VIEWS } from '../contract/asyncapi.ts';
import { telemetrySchema } from '../contract/telemetry-schema.ts';
import { kindNamed } from '../query-names.ts';
import { Exact, OneOf } from '../schemas.ts';

export interface ContractRouteOptions {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly limits: { readonly maxPacketBytes: number };
}

export const contractRoutes: FastifyPluginAsyncTypebox<ContractRouteOptions> = async (app, { kinds, limits }) => {
  app.get(
    '/docs/asyncapi',
    {
      schema: {
        hide: true,
        querystring: Exact({
          view: Type.Optional(
            OneOf(VIEWS, { description: 'whose `send` and `receive` are meant; that of the device unless given' }),
          ),
        }),
      },
    },
    async ({ query: { view = 'device' } }) =>
      asyncApi({ kinds: [...kinds.values()], view, maxPacketBytes: limits.maxPacketBytes }),
  );
  app.get(
    '/docs/schemas/:kind',
    {
      schema: {
        hide: true,
        params: Exact({ kind: Type.String({ maxLength: 64 }) }),
      },
    },
    async ({ params, url }) => ({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: url,
      ...telemetrySchema(kindNamed(kinds, params.kind)),
    }),
  );
};
