/** Ledger and quarantine: what became of everything that was received. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import type { ApiOptions } from '../api.ts';
import { Rows, Text, Where, Whole } from '../schemas.ts';

type Options = Pick<ApiOptions, 'ledger' | 'quarantine'>;

const RecordId = Type.Object(
  { id: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,128}$' }) },
  { additionalProperties: false },
);

export const ledgerRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { ledger, quarantine }) => {
  app.get(
    '/ledger',
    {
      schema: {
        tags: ['accounts'],
        summary: 'received = stored + duplicate + quarantined + pending, for every device at any time',
        querystring: Type.Object({ park: Where.park, device: Where.device }, { additionalProperties: false }),
        response: {
          200: Rows(
            'ledger',
            '{park, device, received, stored, duplicate, quarantined, pending}, counted in readings; a message that holds none counts as one',
            { isComplete: Type.Boolean({ description: 'false: the newest entries of the log are not counted yet' }) },
          ),
        },
      },
    },
    async ({ query }) => {
      const { rows, isComplete } = await ledger.account(query);
      return { ledger: rows, isComplete };
    },
  );

  app.get(
    '/quarantine',
    {
      schema: {
        tags: ['accounts'],
        summary: 'What was refused and why, newest first',
        querystring: Type.Object(
          {
            park: Where.park,
            device: Where.device,
            code: Type.Optional(Text('reason code', 64)),
            before: Type.Optional(Text('id of the last row of the page before', 128)),
            limit: Type.Optional(Whole('rows, 1 to 1000; default 100')),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Rows(
            'quarantine',
            '{id, park, device, topic, receivedAt, scope, reason: {code, field?, position?, message}, payload, payloadEncoding, replayedAt?}',
          ),
        },
      },
    },
    async ({ query }) => ({ quarantine: await quarantine.list({ ...query, limit: limitOf(query.limit) }) }),
  );

  app.get(
    '/quarantine/:id',
    { schema: { tags: ['accounts'], summary: 'One refused payload', params: RecordId, response: { 200: Type.Any() } } },
    async ({ params }) => {
      const record = await quarantine.get(params.id);
      if (record === undefined)
        throw new DaoyuError('QUARANTINE_UNKNOWN', `there is no quarantine record ${params.id}`);
      return record;
    },
  );

  app.post(
    '/quarantine/:id/replay',
    {
      // It takes nothing from outside: what was refused is judged again by the rules as they are now.
      config: { operator: true },
      schema: {
        tags: ['accounts'],
        summary: "Decodes it again with the device's present mapping",
        params: RecordId,
        response: { 200: Type.Any({ description: '{accepted, duplicate, refused}' }) },
      },
    },
    ({ params }) => quarantine.replay(params.id),
  );
};

function limitOf(text = '100'): number {
  const limit = Number(text);
  if (limit >= 1 && limit <= 1000) return limit;
  throw new DaoyuError('REQUEST_INVALID', `limit=${text} must be 1 to 1000; go on with before=<id of the last row>`);
}
