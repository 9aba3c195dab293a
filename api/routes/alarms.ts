/** Alarms: the list, and the transitions of each. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ALARM_STATES } from '../../alarms/alarm.ts';
import type { Alarms } from '../../alarms/alarms.ts';
import { PLATFORM } from '../../alarms/platform-checks.ts';
import { DaoyuError } from '../../base/errors.ts';
import type { Registry } from '../../registry/registry.ts';
import { AlarmId, AlarmsAnswer, TransitionsAnswer } from '../alarm-schemas.ts';
import { parksSeen, registrySeen } from '../authorize.ts';
import { parkOfAlarm } from '../park-of-alarm.ts';
import { checkPlace } from '../query-names.ts';
import { Exact, OneOf, Text, Where, Whole } from '../schemas.ts';
import { parseTime } from '../time-range.ts';

export interface AlarmOptions {
  readonly alarms: Omit<Alarms, 'close'>;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
  readonly clock: () => number;
}

/** Page through more with `from` and `to`. */
const MOST = 1000;

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
        summary: `Alarms, newest first; without a time range the newest ${MOST} of the last 31 days and all that are not closed`,
        querystring: Exact({
          state: Type.Optional(OneOf(ALARM_STATES)),
          ...Where,
          from: Type.Optional(Text('opened at or after: RFC 3339, epoch ms, or -24h', 64)),
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
        summary: 'All transitions of an alarm, in order',
        params: AlarmId,
        response: { 200: TransitionsAnswer },
      },
    },
    async ({ params }) => ({ transitions: await alarms.transitions(params.id) }),
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
