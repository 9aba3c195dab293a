/** Alarms: what is open, what became of each, and what people do about them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ALARM_STATES, SEVERITIES } from '../../alarms/alarm.ts';
import type { Alarms } from '../../alarms/alarms.ts';
import { PLATFORM } from '../../alarms/platform-checks.ts';
import { DaoyuError } from '../../base/errors.ts';
import type { Registry } from '../../registry/registry.ts';
import { actorOf } from '../actor.ts';
import { Alarm, AlarmId, AlarmsAnswer, By, TransitionsAnswer } from '../alarm-schemas.ts';
import { parksSeen, registrySeen } from '../authorize.ts';
import { parkOfAlarm } from '../park-of-alarm.ts';
import { checkPlace } from '../query-names.ts';
import { Exact, OneOf, Slug, Text, Time, Where, Whole } from '../schemas.ts';
import { parseTime } from '../time-range.ts';

export interface AlarmOptions {
  readonly alarms: Omit<Alarms, 'close'>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  readonly clock: () => number;
}

/** More are asked for with `from` and `to`. */
const MOST = 1000;
const DAY = 24 * 3_600_000;
/** Longer is maintenance. */
const LONGEST_SHELVING_MS = 7 * DAY;
const ON_THE_LOG = ['BUS_FULL', 'BUS_UNAVAILABLE'];
const Reason = Type.String({ minLength: 1, maxLength: 500, description: 'why; people read it' });

export const alarmRoutes: FastifyPluginAsyncTypebox<AlarmOptions> = async (app, { alarms, registry, clock }) => {
  const parkOf = parkOfAlarm(alarms);

  app.get(
    '/alarms',
    {
      config: {
        access: { right: 'read', park: 'listed' },
        problems: ['PARK_UNKNOWN', 'SITE_UNKNOWN', 'DEVICE_UNKNOWN', 'TIME_INVALID'],
      },
      schema: {
        tags: ['alarms'],
        summary: `Alarms, newest first; without a time the newest ${MOST} of the last 31 days and all that are not closed`,
        querystring: Exact({
          state: Type.Optional(OneOf(ALARM_STATES)),
          ...Where,
          from: Type.Optional(Text('opened from then on: RFC 3339, epoch ms, or -24h', 64)),
          to: Type.Optional(Text('opened before', 64)),
          limit: Type.Optional(Whole(`rows, 1 to ${MOST}; default ${MOST}`)),
        }),
        response: { 200: AlarmsAnswer },
      },
    },
    async (request) => {
      const { from, to, limit, ...where } = request.query;
      if (where.park !== PLATFORM) checkPlace(registrySeen(registry, request), where);
      const now = clock();
      const range = {
        ...(from !== undefined && { from: parseTime('from', from, now) }),
        ...(to !== undefined && { to: parseTime('to', to, now) }),
      };
      const sees = parksSeen(request);
      return { alarms: await alarms.list({ ...where, ...range, sees, limit: limitOf(limit) }) };
    },
  );

  app.get(
    '/alarms/:id/transitions',
    {
      config: { access: { right: 'read', park: parkOf }, problems: ['ALARM_UNKNOWN'] },
      schema: {
        tags: ['alarms'],
        summary: 'All that happened to an alarm, in order',
        params: AlarmId,
        response: { 200: TransitionsAnswer },
      },
    },
    async ({ params }) => ({ transitions: await alarms.transitions(params.id) }),
  );

  app.post(
    '/alarms/:id/acknowledge',
    {
      config: {
        access: { right: 'operate', park: parkOf },
        audit: { what: 'alarm.acknowledge', asked: true },
        problems: ['ALARM_UNKNOWN', 'ALARM_CLOSED', ...ON_THE_LOG],
      },
      schema: {
        tags: ['alarms'],
        summary: 'Somebody has seen it and takes care of it; a returned alarm is closed by it',
        params: AlarmId,
        body: Exact({ note: Type.Optional(Text('what was found or done', 500)), by: By }),
        response: { 200: Alarm },
      },
    },
    async (request) => {
      const { note, by } = request.body;
      return await alarms.acknowledge(request.params.id, actorOf(request, by), note);
    },
  );

  app.post(
    '/alarms/:id/shelve',
    {
      config: {
        access: { right: 'operate', park: parkOf },
        audit: { what: 'alarm.shelve', asked: true },
        problems: ['ALARM_UNKNOWN', 'ALARM_CLOSED', ...ON_THE_LOG],
      },
      schema: {
        tags: ['alarms'],
        summary: 'Quiet until a time; if it still goes on then, it is announced again. A time that is past ends it',
        params: AlarmId,
        body: Exact({ until: Time('end, at most 7 days away'), reason: Reason, by: By }),
        response: { 200: Alarm },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { until, reason } = request.body;
      const by = actorOf(request, request.body.by);
      if (until <= clock()) return await alarms.unshelve(id, by);
      if (until <= clock() + LONGEST_SHELVING_MS) return await alarms.shelve(id, by, until, reason);
      throw new DaoyuError(
        'REQUEST_INVALID',
        `until ${until} must lie within 7 days; for longer, put the site under maintenance`,
      );
    },
  );

  app.post(
    '/alarms/test',
    {
      config: {
        access: { right: 'operate', park: 'every' },
        audit: { what: 'alarm.drill', asked: true },
        problems: ['DRILL_UNANSWERED', ...ON_THE_LOG],
      },
      schema: {
        tags: ['alarms'],
        summary: 'A drill 【演练】 goes the whole way: engine, plan, channels; acknowledging it ends it',
        body: Exact({ severity: Type.Optional(OneOf(SEVERITIES)), by: By }),
        response: { 200: Alarm },
      },
    },
    async (request) => {
      const { severity = 'critical', by } = request.body;
      return await alarms.drill(severity, actorOf(request, by));
    },
  );

  app.post(
    '/maintenance',
    {
      config: {
        access: { right: 'operate', park: 'named' },
        audit: { what: 'maintenance.set', asked: true },
        problems: ['PARK_UNKNOWN', 'SITE_UNKNOWN', 'DEVICE_UNKNOWN', ...ON_THE_LOG],
      },
      schema: {
        tags: ['alarms'],
        summary:
          'A park, site or device under maintenance: alarms are recorded, nobody is called. A time that is past ends it',
        body: Exact({
          park: Slug,
          site: Where.site,
          device: Where.device,
          until: Time('end'),
          reason: Reason,
          by: By,
        }),
        response: { 202: Exact({ park: Type.String(), until: Time('end') }, { description: 'on the log' }) },
      },
    },
    async (request, reply) => {
      const { park, site, device, until, reason } = request.body;
      const by = actorOf(request, request.body.by);
      const place = { park, ...(site !== undefined && { site }), ...(device !== undefined && { device }) };
      checkPlace(registry, place);
      await alarms.maintain({ ...place, until, reason }, by);
      return reply.code(202).send({ park, until });
    },
  );
};

function limitOf(text = String(MOST)): number {
  const limit = Number(text);
  if (limit >= 1 && limit <= MOST) return limit;
  throw new DaoyuError(
    'REQUEST_INVALID',
    `limit=${text} must be 1 to ${MOST}; go on with to=<openedAt of the last row>`,
  );
}
