/** Channels for notices to people: list, add, change, remove, test. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { CHANNEL_KINDS } from '../../alarms/channels/channels.ts';
import type { ChannelBook } from '../../alarms/notify/channel-book.ts';
import { ChannelName } from '../channel-name.ts';
import { ByName, Exact, List, OneOf, Time } from '../schemas.ts';

export interface ChannelOptions {
  readonly book: Pick<ChannelBook, 'channels' | 'health' | 'putChannel' | 'removeChannel' | 'test'>;
}

const ByChannel = Exact({ name: ChannelName });
const Settings = ByName(Type.Unknown(), {
  maxProperties: 16,
  description: 'settings of the kind; secrets are masked in answers',
});
const Kind = OneOf([...CHANNEL_KINDS.keys()]);
const Language = OneOf(['zh', 'en']);
const channel = { name: ChannelName, kind: Kind, language: Language, settings: Settings };
const Channel = Exact(channel);
const Health = Exact(
  {
    is: OneOf(['working', 'busy', 'broken']),
    since: Time('start of this state'),
    at: Time('of the last message'),
    code: Type.Optional(Type.String()),
    why: Type.Optional(Type.String()),
  },
  { description: 'by its last messages; absent if the channel was never used' },
);
const ChannelWithHealth = Exact({ ...channel, health: Type.Optional(Health) });

const Outcome = Exact({
  is: OneOf(['delivered', 'retry', 'broken', 'refused']),
  code: Type.Optional(Type.String()),
  why: Type.Optional(Type.String()),
  afterMs: Type.Optional(Type.Number()),
});
export const channelRoutes: FastifyPluginAsyncTypebox<ChannelOptions> = async (app, { book }) => {
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
        summary: 'Adds or changes a channel; a masked secret keeps the stored one',
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
        summary: 'Removes a channel that is not in the plan',
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
        summary: 'Sends a drill over the channel; answers the outcome',
        params: ByChannel,
        response: { 200: Outcome },
      },
    },
    async ({ params }) => await book.test(params.name),
  );
};
