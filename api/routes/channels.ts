/** How people are notified of alarms: channels, the plan of who is notified when, and the outcome of each notice. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Alarms } from '../../alarms/alarms.ts';
import { CHANNEL_KINDS } from '../../alarms/channels/channels.ts';
import type { ChannelBook } from '../../alarms/notify/channel-book.ts';
import type { NoticeOutcome } from '../../alarms/notify/notice-outcome.ts';
import type { Plan } from '../../alarms/notify/plan.ts';
import { AlarmId } from '../alarm-schemas.ts';
import { parkOfAlarm } from '../park-of-alarm.ts';
import { ByName, Exact, List, OneOf, Text, Time } from '../schemas.ts';

export interface ChannelOptions {
  readonly alarms: Pick<Alarms, 'get'>;
  readonly book: Omit<ChannelBook, 'open' | 'close'>;
  /** Notices of one alarm, in the order in which they ended. */
  readonly notices: (alarm: string) => Promise<readonly NoticeOutcome[]>;
}

const Name = Type.String({ pattern: '^[a-z0-9-]{1,32}$', description: 'such as night-group' });
const ByChannel = Exact({ name: Name });
const Settings = ByName(Type.Unknown(), {
  maxProperties: 16,
  description: 'as the kind wants them; secrets are masked in answers',
});
const Kind = OneOf([...CHANNEL_KINDS.keys()]);
const Language = OneOf(['zh', 'en']);
const channel = { name: Name, kind: Kind, language: Language, settings: Settings };
const Channel = Exact(channel);
const Health = Exact(
  {
    is: OneOf(['working', 'busy', 'broken']),
    since: Time('since when it is so'),
    at: Time('of the last message that is counted in'),
    code: Type.Optional(Type.String()),
    why: Type.Optional(Type.String()),
  },
  { description: 'as its last messages showed; absent of a channel that was never used' },
);
const ChannelWithHealth = Exact({ ...channel, health: Type.Optional(Health) });

const Clock = Type.String({ pattern: '^\\d{2}:\\d{2}$', description: 'Beijing time, e.g. 20:00' });
const Names = List(Text('name of a person', 50), { maxItems: 100 });
const shift = { from: Clock, to: Clock, people: Names };
const Minutes = Type.Number({ minimum: 0, maximum: 10_080 });
const PlanSchema = Exact({
  people: List(
    Exact({
      name: Type.String({ minLength: 1, maxLength: 50 }),
      mobile: Type.Optional(Type.String({ pattern: '^\\+?\\d{5,15}$' })),
      channels: List(Name, { minItems: 1, maxItems: 10, description: 'the first is tried first' }),
    }),
    { maxItems: 200 },
  ),
  shifts: List(
    Exact({ days: List(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 }), ...shift }),
    {
      maxItems: 100,
      description: 'days on which it begins: 1 Monday to 7 Sunday',
    },
  ),
  exceptions: List(Exact({ date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), ...shift }), {
    maxItems: 400,
    description: 'replace the shifts that begin on that day',
  }),
  steps: List(Exact({ afterMinutes: Minutes, who: Type.Union([OneOf(['on-duty', 'everyone']), Names]) }), {
    minItems: 1,
    maxItems: 10,
    description: 'taken one after the other until somebody acknowledges',
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

const Outcome = Exact({
  is: OneOf(['delivered', 'retry', 'broken', 'refused']),
  code: Type.Optional(Type.String()),
  why: Type.Optional(Type.String()),
  afterMs: Type.Optional(Type.Number()),
});
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
  decidedAt: Time('when the plan wanted it'),
  endedAt: Time('when it was delivered, failed or expired'),
});

const NoticesAnswer = Exact({ notices: List(Notice) });
export type NoticesAnswer = Static<typeof NoticesAnswer>;

export const channelRoutes: FastifyPluginAsyncTypebox<ChannelOptions> = async (app, { book, notices, alarms }) => {
  const channelIn = ({ params }: FastifyRequest) => {
    const { name } = params as Static<typeof ByChannel>;
    return book.channels().find((channel) => channel.name === name);
  };

  app.get(
    '/channels',
    {
      config: { access: { right: 'administer', park: 'every' } },
      schema: {
        tags: ['alarms'],
        summary: 'Channels to people, and whether they work; secrets are masked',
        response: { 200: Exact({ channels: List(ChannelWithHealth) }) },
      },
    },
    async () => {
      const health = await book.health();
      const channels = book.channels().map((each) => ({ ...each, health: health.get(each.name) }));
      return { channels: channels as never };
    },
  );

  app.put(
    '/channels/:name',
    {
      config: {
        access: { right: 'administer', park: 'every' },
        audit: { what: 'channel.change', of: channelIn },
        problems: ['CHANNEL_INVALID'],
      },
      schema: {
        tags: ['alarms'],
        summary: 'Makes or changes a channel; a masked secret keeps the one that is stored',
        params: ByChannel,
        body: Exact({ kind: Kind, language: Type.Optional(Language), settings: Settings }),
        response: { 200: Channel },
      },
    },
    async ({ params: { name }, body: { kind, language = 'zh', settings } }) =>
      (await book.putChannel({ name, kind, language, settings })) as never,
  );

  app.delete(
    '/channels/:name',
    {
      config: {
        access: { right: 'administer', park: 'every' },
        audit: { what: 'channel.remove', of: channelIn },
        problems: ['CHANNEL_UNKNOWN', 'CHANNEL_INVALID'],
      },
      schema: {
        tags: ['alarms'],
        summary: 'Removes a channel that the plan does not name',
        params: ByChannel,
        response: { 204: Type.Null({ description: 'removed' }) },
      },
    },
    async ({ params }, reply) => {
      await book.removeChannel(params.name);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/channels/:name/test',
    {
      config: {
        access: { right: 'operate', park: 'every' },
        audit: { what: 'channel.test' },
        problems: ['CHANNEL_UNKNOWN'],
      },
      schema: {
        tags: ['alarms'],
        summary: 'Sends a drill over the channel and says what the service answered',
        params: ByChannel,
        response: { 200: Outcome },
      },
    },
    async ({ params }) => await book.test(params.name),
  );

  app.get(
    '/alarm-plan',
    {
      config: { access: { right: 'operate', park: 'every' } },
      schema: { tags: ['alarms'], summary: 'Who is told, when and how', response: { 200: PlanSchema } },
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

  app.get(
    '/alarms/:id/notices',
    {
      config: { access: { right: 'read', park: parkOfAlarm(alarms) } },
      schema: {
        tags: ['alarms'],
        summary: 'Who was told of an alarm, and which notices did not get there',
        params: AlarmId,
        response: { 200: NoticesAnswer },
      },
    },
    async ({ params }) => ({ notices: await notices(params.id) }),
  );
};
