/** The plan of notices: people, shifts, steps, quiet hours. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ChannelBook } from '../../alarms/notify/channel-book.ts';
import type { Plan } from '../../alarms/notify/plan.ts';
import { ChannelName } from '../channel-name.ts';
import { Exact, List, OneOf, Text } from '../schemas.ts';

export interface AlarmPlanOptions {
  readonly book: Pick<ChannelBook, 'plan' | 'putPlan'>;
}

const Clock = Type.String({ pattern: '^\\d{2}:\\d{2}$', description: 'Beijing time, e.g. 20:00' });
const Names = List(Text('name of a person', 50), { maxItems: 100 });
const shift = { from: Clock, to: Clock, people: Names };
const Minutes = Type.Number({ minimum: 0, maximum: 10_080 });
const PlanSchema = Exact({
  people: List(
    Exact({
      name: Type.String({ minLength: 1, maxLength: 50 }),
      mobile: Type.Optional(Type.String({ pattern: '^\\+?\\d{5,15}$' })),
      channels: List(ChannelName, { minItems: 1, maxItems: 10, description: 'the first is tried first' }),
    }),
    { maxItems: 200 },
  ),
  shifts: List(
    Exact({ days: List(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 }), ...shift }),
    {
      maxItems: 100,
      description: 'days on which the shift starts: 1 Monday to 7 Sunday',
    },
  ),
  exceptions: List(Exact({ date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), ...shift }), {
    maxItems: 400,
    description: 'replace the shifts that start on that day',
  }),
  steps: List(Exact({ afterMinutes: Minutes, who: Type.Union([OneOf(['on-duty', 'everyone']), Names]) }), {
    minItems: 1,
    maxItems: 10,
    description: 'taken one after the other until the alarm is acknowledged',
  }),
  quietHours: Type.Optional(
    Exact({ from: Clock, to: Clock }, { description: 'warnings wait; critical alarms never do' }),
  ),
  repeatMinutes: Exact({
    critical: Type.Number({ minimum: 1, maximum: 1440 }),
    warning: Type.Number({ minimum: 10, maximum: 1440 }),
  }),
  publicUrl: Type.Optional(Text('address of the page, for links in messages', 200)),
});

export const alarmPlanRoutes: FastifyPluginAsyncTypebox<AlarmPlanOptions> = async (app, { book }) => {
  app.get(
    '/alarm-plan',
    {
      config: { access: { right: 'operate', park: 'every' } },
      schema: { tags: ['alarms'], summary: 'Who is notified when and how', response: { 200: PlanSchema } },
    },
    async () => book.plan(),
  );

  app.put(
    '/alarm-plan',
    {
      config: {
        access: { right: 'administer', park: 'every' },
        audit: { what: 'plan.change', of: () => book.plan() },
        problems: ['PLAN_INVALID'],
      },
      schema: { tags: ['alarms'], summary: 'Replaces the plan', body: PlanSchema, response: { 200: PlanSchema } },
    },
    async ({ body }) => await book.putPlan(body as Plan),
  );
};
