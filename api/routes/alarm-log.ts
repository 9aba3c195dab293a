/** The alarms of a period: as a report on the load on people on duty, and as a file. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Alarm } from '../../alarms/alarm.ts';
import type { AlarmLog } from '../../alarms/alarm-log.ts';
import { PLATFORM } from '../../alarms/platform-checks.ts';
import { reportOf } from '../../alarms/report.ts';
import { isoOf } from '../../base/beijing-time.ts';
import { csvLine } from '../../base/csv.ts';
import type { Registry } from '../../registry/registry.ts';
import { parksSeen, registrySeen } from '../authorize.ts';
import type { QueryGate } from '../query-gate.ts';
import { checkPlace } from '../query-names.ts';
import { ByName, Exact, List, Text, Time, Where } from '../schemas.ts';
import { sendStreamed } from '../streamed.ts';
import { parseRange } from '../time-range.ts';

export interface AlarmLogOptions {
  readonly alarmLog: AlarmLog;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  readonly exports: QueryGate;
  readonly clock: () => number;
}

const Ms = (description: string) => Type.Number({ description: `${description}, ms` });
const Share = (description: string) => Type.Number({ minimum: 0, description: `${description}, 0 to 1` });
const Report = Exact({
  from: Time('begin'),
  to: Time('end'),
  opened: Type.Integer({ description: 'alarms that opened in the period, drills left out' }),
  critical: Type.Integer({ description: 'of those, how many were critical at some time' }),
  atNight: Type.Integer({ description: 'opened between 20:00 and 08:00, Beijing time' }),
  byClass: ByName(Type.Integer()),
  announcements: Type.Integer({ description: 'times somebody was to be told' }),
  load: Exact({
    perTenMinutes: Type.Number({
      description: 'announcements in ten minutes; 1 is acceptable, 2 manageable (ISA-18.2)',
    }),
    most: Type.Integer({ description: 'in the worst ten minutes' }),
    at: Type.Optional(Time('begin of the worst ten minutes')),
    floodMinutes: Type.Number({ description: 'minutes with more than ten announcements in ten minutes' }),
    floodShare: Share('share of the period in floods; below 0.01 is acceptable'),
  }),
  top: List(Exact({ what: Type.String(), count: Type.Integer(), share: Share('of all') }), {
    description: 'park/site/device/rule that opened most often',
  }),
  chattering: Type.Integer({ description: 'opened five times or more within an hour' }),
  fleeting: Type.Integer({ description: 'over within five minutes' }),
  stale: Type.Integer({ description: 'lasted longer than a day, or still do' }),
  acknowledged: Exact({
    count: Type.Integer(),
    medianMs: Type.Optional(Ms('half were acknowledged within')),
    p95Ms: Type.Optional(Ms('95 % were acknowledged within')),
  }),
  unacknowledged: Type.Integer({ description: 'critical ones that nobody acknowledged' }),
  shelved: Type.Integer(),
  ended: ByName(Type.Integer(), { description: 'by reason' }),
  channels: List(
    Exact({
      name: Type.String(),
      delivered: Type.Integer(),
      failed: Type.Integer(),
      expired: Type.Integer(),
      p95Ms: Type.Optional(Ms('95 % were delivered within')),
    }),
  ),
  people: List(
    Exact({
      name: Type.String(),
      messages: Type.Integer({ description: 'about alarms that reached them, repeats included' }),
      perTenMinutes: Type.Number({ description: 'of these; 1 is acceptable, 2 manageable (ISA-18.2)' }),
      most: Type.Integer({ description: 'in the worst ten minutes' }),
      acknowledged: Type.Integer(),
      medianMs: Type.Optional(Ms('half of these within')),
    }),
    { description: 'each who was told or acknowledged something' },
  ),
});
export type AlarmReportAnswer = Static<typeof Report>;

const Period = {
  park: Where.park,
  from: Type.Optional(Text('opened from then on: RFC 3339, epoch ms, or -30d, the default', 64)),
  to: Type.Optional(Text('opened before; default now', 64)),
};
const PROBLEMS = ['PARK_UNKNOWN', 'TIME_INVALID'];

export const alarmLogRoutes: FastifyPluginAsyncTypebox<AlarmLogOptions> = async (app, options) => {
  const { alarmLog, registry, exports, clock } = options;

  interface Asked {
    readonly park?: string;
    readonly from?: string;
    readonly to?: string;
  }
  const queryOf = (request: FastifyRequest) => {
    const { park, from = '-30d', to = 'now' } = request.query as Asked;
    if (park !== PLATFORM) checkPlace(registrySeen(registry, request), { ...(park !== undefined && { park }) });
    return { ...parseRange(from, to, clock()), ...(park !== undefined && { park }), sees: parksSeen(request) };
  };

  app.get(
    '/alarms/report',
    {
      config: { access: { right: 'read', park: 'listed' }, problems: [...PROBLEMS, 'QUERY_TOO_LARGE'] },
      schema: {
        tags: ['alarms'],
        summary: 'How the alarms of a period treated the people on duty: the figures of ISA-18.2',
        querystring: Exact(Period),
        response: { 200: Report },
      },
    },
    async (request) => reportOf(await alarmLog.input(queryOf(request))),
  );

  app.get(
    '/alarms/log.csv',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        audit: { what: 'alarm.export', of: ({ query }) => query as object, when: ({ method }) => method === 'GET' },
        problems: PROBLEMS,
      },
      schema: {
        tags: ['alarms'],
        summary: 'The alarm log of a period as CSV, oldest first, drills included',
        querystring: Exact(Period),
        response: {
          200: {
            description: 'CSV (RFC 4180), Beijing times',
            content: { 'text/csv': { schema: Type.String() } },
          },
        },
      },
    },
    async (request, reply) => {
      const query = queryOf(request);
      void reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="alarms.csv"');
      return await sendStreamed(request, reply, exports, () => csvOf(alarmLog.alarms(query)));
    },
  );
};

const COLUMNS = [
  ...['id', 'opened', 'raised', 'cleared', 'park', 'site', 'device', 'field', 'rule', 'class', 'severity', 'state'],
  ...['acknowledged', 'acknowledged by', 'note', 'worst', 'end reason', 'text (zh)', 'text (en)'],
];

async function* csvOf(alarms: AsyncIterable<Alarm>): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for await (const alarm of alarms) yield csvLine(cellsOf(alarm));
}

function cellsOf(alarm: Alarm): readonly (string | number)[] {
  const time = (at: number | undefined) => (at === undefined ? '' : isoOf(at));
  const { id, park, site, device = '', field = '', rule, severity, state, worst, text } = alarm;
  return [
    ...[id, time(alarm.openedAt), time(alarm.raisedAt), time(alarm.clearedAt), park, site, device, field],
    ...[rule, alarm.class, severity, state, time(alarm.acknowledgedAt), alarm.acknowledgedBy ?? '', alarm.note ?? ''],
    ...[worst?.value ?? '', alarm.endReason ?? '', text.zh, text.en],
  ];
}
