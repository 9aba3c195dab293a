/** Quarantine: refused messages with reasons, and their replay once the mapping is right. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { REJECTION_CODES } from '../../bus/rejection.ts';
import type { Quarantine } from '../../consumers/quarantine/quarantine.ts';
import { parksSeen } from '../authorize.ts';
import { Exact, List, OneOf, Text, Time, Where, Whole } from '../schemas.ts';

export interface QuarantineOptions {
  readonly quarantine: Quarantine;
}

const RecordId = Exact({ id: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,128}$' }) });

const Record = Exact({
  id: Type.String({ description: 'sorts by time of receipt' }),
  park: Type.String(),
  device: Type.String(),
  topic: Type.String(),
  receivedAt: Time('when the platform had it'),
  scope: OneOf(['message', 'reading', 'field']),
  reason: Exact({
    code: OneOf(REJECTION_CODES),
    field: Type.Optional(Type.String({ description: 'field or incoming key' })),
    position: Type.Optional(Type.Integer({ description: 'index of the reading; of broken JSON the byte offset' })),
    message: Type.String({ description: 'what is wrong and what would be right' }),
  }),
  payload: Type.String({ description: 'of the message, or of the one reading' }),
  payloadEncoding: OneOf(['utf8', 'base64']),
  replayedAt: Type.Optional(Time('of the replay that took it in')),
});

const QuarantineAnswer = Exact({ quarantine: List(Record, { description: 'newest first' }) });
export type QuarantineAnswer = Static<typeof QuarantineAnswer>;
export type QuarantineRow = QuarantineAnswer['quarantine'][number];

const ReplayAnswer = Exact({
  accepted: Type.Integer({ description: 'readings that were taken in' }),
  duplicate: Type.Integer({ description: 'readings that came before' }),
  refused: List(Exact({ code: Type.String(), message: Type.String() })),
});
export type ReplayAnswer = Static<typeof ReplayAnswer>;

export const quarantineRoutes: FastifyPluginAsyncTypebox<QuarantineOptions> = async (app, { quarantine }) => {
  const parkOf = async ({ params }: FastifyRequest) =>
    (await quarantine.get((params as Static<typeof RecordId>).id))?.park;

  app.get(
    '/quarantine',
    {
      config: { access: { right: 'read', park: 'listed' } },
      schema: {
        tags: ['quarantine'],
        summary: 'What was refused and why, newest first',
        querystring: Exact({
          park: Where.park,
          device: Where.device,
          code: Type.Optional(Text('reason code', 64)),
          before: Type.Optional(Text('id of the last row of the page before', 128)),
          limit: Type.Optional(Whole('rows, 1 to 1000; default 100')),
        }),
        response: { 200: QuarantineAnswer },
      },
    },
    async (request) => {
      const { query } = request;
      const sees = parksSeen(request);
      return { quarantine: await quarantine.list({ ...query, sees, limit: limitOf(query.limit) }) };
    },
  );

  app.get(
    '/quarantine/:id',
    {
      config: { access: { right: 'read', park: parkOf }, problems: ['QUARANTINE_UNKNOWN'] },
      schema: { tags: ['quarantine'], summary: 'One refused payload', params: RecordId, response: { 200: Record } },
    },
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
      // Takes nothing from outside: refused messages are checked again by the present rules.
      config: {
        access: { right: 'replay', park: parkOf },
        audit: { what: 'quarantine.replay' },
        problems: ['QUARANTINE_UNKNOWN', 'QUARANTINE_REPLAYED', 'BUS_FULL', 'BUS_UNAVAILABLE'],
      },
      schema: {
        tags: ['quarantine'],
        summary: "Decodes it again with the device's present mapping",
        params: RecordId,
        response: { 200: ReplayAnswer },
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
