/** The page that a link in a message opens: one alarm, and a button to acknowledge it. Opening it acknowledges nothing: chat programs preview links. */
import formBody from 'node:querystring';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Alarm } from '../../alarms/alarm.ts';
import type { Alarms } from '../../alarms/alarms.ts';
import { parseAlarmToken } from '../../alarms/notify/alarm-link.ts';
import type { ChannelBook } from '../../alarms/notify/channel-book.ts';
import { codeOf } from '../../base/errors.ts';
import type { Registry } from '../../registry/registry.ts';
import { alarmLinkPage } from '../alarm-link-page.ts';

export interface AlarmLinkOptions {
  readonly alarms: Pick<Alarms, 'get' | 'acknowledge'>;
  readonly book: Pick<ChannelBook, 'plan'>;
  readonly registry: Pick<Registry, 'parks' | 'site'>;
  readonly sessionSecret: string;
  readonly clock: () => number;
}

const Token = Type.Object({ token: Type.String({ maxLength: 500 }) });
const GONE = { zh: '链接已失效，请在告警页确认', en: 'This link is no longer valid: acknowledge on the page' } as const;

export const alarmLinkRoutes: FastifyPluginAsyncTypebox<AlarmLinkOptions> = async (app, options) => {
  const { alarms, book, registry, sessionSecret, clock } = options;
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4096 },
    (_request, body, done) => done(null, { ...formBody.parse(String(body)) }),
  );

  function pageOf(alarm: Alarm): string {
    const { park, site } = alarm;
    const place = (registry.site(park, site) ?? registry.parks().find(({ id }) => id === park))?.label;
    return alarmLinkPage({
      alarm,
      ...(place !== undefined && { place }),
      people: book.plan().people.map(({ name }) => name),
    });
  }

  async function find(token: string) {
    const parsed = parseAlarmToken(sessionSecret, token, clock());
    return typeof parsed === 'string' ? undefined : await alarms.get(parsed.alarm);
  }

  app.get(
    '/a/:token',
    { config: { access: 'anyone' }, schema: { hide: true, params: Token } },
    async ({ params }, reply) => {
      const alarm = await find(params.token);
      void reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('referrer-policy', 'no-referrer');
      if (alarm === undefined) return reply.code(410).send(alarmLinkPage({ problem: GONE }));
      return reply.send(pageOf(alarm));
    },
  );

  app.post(
    '/a/:token',
    {
      config: {
        access: 'anyone',
        audit: { what: 'alarm.acknowledge', asked: true, when: (request) => request.audited !== undefined },
      },
      schema: {
        hide: true,
        params: Token,
        body: Type.Object({
          by: Type.String({ minLength: 1, maxLength: 50 }),
          note: Type.Optional(Type.String({ maxLength: 500 })),
        }),
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const { by, note = '' } = body;
      const alarm = await find(params.token);
      void reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
      if (alarm === undefined) return reply.code(410).send(alarmLinkPage({ problem: GONE }));
      try {
        const taken = await alarms.acknowledge(alarm.id, by, note === '' ? undefined : note);
        // The holder of a link may enter any name: the audit trail tells it from an account.
        request.audited = { who: { kind: 'message', id: '', name: by }, park: alarm.park, where: alarm.id };
        return reply.send(pageOf(taken));
      } catch (error) {
        if (codeOf(error) !== 'ALARM_CLOSED') throw error;
        return reply.send(pageOf(alarm));
      }
    },
  );
};
