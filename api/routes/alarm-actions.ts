/** What people do about alarms: acknowledge, shelve, drill, maintenance. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { SEVERITIES } from '../../alarms/alarm.ts';
import { DaoyuError } from '../../base/errors.ts';
import { actorOf } from '../actor.ts';
import { Alarm, AlarmId, By } from '../alarm-schemas.ts';
import { parkOfAlarm } from '../park-of-alarm.ts';
import { checkPlace } from '../query-names.ts';
import { Exact, OneOf, Slug, Text, Time, Where } from '../schemas.ts';
import type { AlarmOptions } from './alarms.ts';

/** Longer is maintenance. */
const LONGEST_SHELVING_MS = 7 * 24 * 3_600_000;
const ON_THE_LOG = ['BUS_FULL', 'BUS_UNAVAILABLE'];
const Reason = Type.String({ minLength: 1, maxLength: 500, description: 'why; people read it' });

export const alarmActionRoutes: FastifyPluginAsyncTypebox<AlarmOptions> = async (app, { alarms, registry, clock }) => {
  const parkOf = parkOfAlarm(alarms);

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
        summary:
          'Acknowledges an alarm: somebody takes care of it. An alarm whose condition has returned to normal is closed',
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
        summary:
          'Silences an alarm until a time and announces it again if it lasts beyond. A time in the past ends the shelving',
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
        summary: 'Opens a drill 【演练】 that passes through engine, plan and channels; acknowledging it ends it',
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
          'Puts a park, site or device under maintenance: alarms are recorded, nobody is called. A time in the past ends it',
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
