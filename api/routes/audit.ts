/** The audit trail: who did what, when, where, and what it was before. In pages, or complete as CSV. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import { AUDIT_ACTIONS, type AuditEntry } from '../../bus/events.ts';
import type { AuditTrail } from '../../consumers/audit/trail.ts';
import { csvOfAudit } from '../audit-csv.ts';
import { parksSeen, seesAll } from '../authorize.ts';
import { createQueryGate } from '../query-gate.ts';
import { ByName, Exact, List, OneOf, Text, Time, Where, Whole } from '../schemas.ts';
import { sendStreamed } from '../streamed.ts';
import { parseTime } from '../time-range.ts';

export interface AuditOptions {
  readonly audit: AuditTrail;
  readonly clock: () => number;
  readonly limits: { readonly queryTimeoutMs: number };
}

const MOST = 500;
const MAX_EXPORTS = 2;

const Members = ByName(Type.Unknown());
const Entry = Exact({
  id: Type.String({ description: 'sorts by time' }),
  at: Time('when'),
  who: Exact({
    kind: Type.String({ description: '`person`, `program`, `screen`, `installation`, `link`, `message`, `stranger`' }),
    id: Type.String({ description: 'user name of a person, id of a token' }),
    name: Type.String(),
  }),
  from: Type.Optional(Type.String({ description: 'network address' })),
  what: OneOf(AUDIT_ACTIONS),
  park: Type.Optional(Type.String()),
  where: Type.Optional(Type.String({ description: 'what it was done to' })),
  before: Type.Optional(Members),
  after: Type.Optional(Members),
  code: Type.Optional(Type.String({ description: 'why it was refused' })),
  more: Type.Optional(Type.Integer({ description: 'refusals before it that were counted, not written down' })),
});
export type AuditRow = Static<typeof Entry>;

const AuditAnswer = Exact({
  audit: List(Entry, { description: 'newest first' }),
  next: Type.Optional(Type.String({ description: 'before= of the next page; absent on the last' })),
});
export type AuditAnswer = Static<typeof AuditAnswer>;

export const auditRoutes: FastifyPluginAsyncTypebox<AuditOptions> = async (app, { audit, clock, limits }) => {
  const exports = createQueryGate({ ...limits, maxConcurrentQueries: MAX_EXPORTS });

  app.get(
    '/audit',
    {
      config: {
        access: { right: 'administer', park: 'listed' },
        audit: {
          what: 'audit.export',
          of: ({ query }) => query as object,
          when: ({ query, method }) => method === 'GET' && (query as { readonly format?: string }).format === 'csv',
        },
        problems: ['TIME_INVALID', 'QUERIES_BUSY'],
      },
      schema: {
        tags: ['people'],
        summary: 'Who did what: sign-ins, changes, commands, acknowledgements, replays, exports; newest first',
        querystring: Exact({
          from: Type.Optional(Text('RFC 3339, epoch ms, or -24h', 64)),
          to: Type.Optional(Text('the same, exclusive', 64)),
          who: Type.Optional(Text('a part of a name or user name', 64)),
          what: Type.Optional(Text('an action, or the part before its dot, such as device', 32)),
          where: Type.Optional(Text('a part of what it was done to', 100)),
          park: Where.park,
          before: Type.Optional(Text('id of the last row of the page before', 64)),
          limit: Type.Optional(Whole(`rows, 1 to ${MOST}; default 100`)),
          format: Type.Optional(OneOf(['json', 'csv'])),
        }),
        response: {
          200: {
            description: 'a page as JSON, or all of it as CSV where format=csv',
            content: {
              'application/json': { schema: AuditAnswer },
              'text/csv': { schema: Type.String({ description: 'Beijing times' }) },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { from, to, who, what, where, park, before, format, limit } = request.query;
      const now = clock();
      const query = {
        ...{ who, what, where, before, sees: seenBy(request, park) },
        from: from === undefined ? undefined : parseTime('from', from, now),
        to: to === undefined ? undefined : parseTime('to', to, now),
      };
      if (format === 'csv') {
        void reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="audit.csv"')
          .header('x-timezone', 'Asia/Shanghai');
        return sendStreamed(request, reply, exports, () => csvOfAudit(audit.list(query)));
      }
      return await pageOf(audit.list(query), limitOf(limit));
    },
  );
};

/** Entries that belong to no park are for administrators of all parks. */
function seenBy(request: FastifyRequest, park: string | undefined): (entry: AuditEntry) => boolean {
  const isAll = seesAll(request, 'administer');
  const sees = parksSeen(request, 'administer');
  return (entry) => {
    if (park !== undefined && entry.park !== park) return false;
    return isAll || (entry.park !== undefined && sees(entry.park));
  };
}

async function pageOf(entries: AsyncIterable<AuditEntry>, limit: number): Promise<AuditAnswer> {
  const found: AuditRow[] = [];
  for await (const { version: _, ...entry } of entries) {
    if (found.length === limit) return { audit: found, next: found.at(-1)?.id ?? '' };
    found.push(entry);
  }
  return { audit: found };
}

function limitOf(text = '100'): number {
  const limit = Number(text);
  if (limit >= 1 && limit <= MOST) return limit;
  throw new DaoyuError('REQUEST_INVALID', `limit=${text} must be 1 to ${MOST}; go on with before=<next of the answer>`);
}
