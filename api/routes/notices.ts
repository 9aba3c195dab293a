/** The notices of an alarm and their outcomes. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { Alarms } from '../../alarms/alarms.ts';
import type { NoticeOutcome } from '../../alarms/notify/notice-outcome.ts';
import { AlarmId } from '../alarm-schemas.ts';
import { parkOfAlarm } from '../park-of-alarm.ts';
import { Exact, List, OneOf, Time } from '../schemas.ts';

export interface NoticeOptions {
  readonly alarms: Pick<Alarms, 'get'>;
  /** Notices of one alarm, by the time of their outcome. */
  readonly notices: (alarm: string) => Promise<readonly NoticeOutcome[]>;
}

const Notice = Exact({
  id: Type.String(),
  alarms: List(Type.String()),
  channel: Type.String(),
  people: List(Type.String()),
  about: OneOf(['open', 'acknowledged', 'returned', 'recovered', 'digest']),
  result: OneOf(['delivered', 'failed', 'expired']),
  code: Type.Optional(Type.String()),
  why: Type.Optional(Type.String()),
  attempts: Type.Integer(),
  decidedAt: Time('when the plan required it'),
  endedAt: Time('when it was delivered, failed or expired'),
});

const NoticesAnswer = Exact({ notices: List(Notice) });
export type NoticesAnswer = Static<typeof NoticesAnswer>;

export const noticeRoutes: FastifyPluginAsyncTypebox<NoticeOptions> = async (app, { notices, alarms }) => {
  app.get(
    '/alarms/:id/notices',
    {
      config: { access: { right: 'read', park: parkOfAlarm(alarms) } },
      schema: {
        tags: ['alarms'],
        summary: 'Who was notified of an alarm, and which notices failed',
        params: AlarmId,
        response: { 200: NoticesAnswer },
      },
    },
    async ({ params }) => ({ notices: await notices(params.id) }),
  );
};
