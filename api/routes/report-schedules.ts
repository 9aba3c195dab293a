/** Schedules of mailed reports: list with what became of the last one, make or change, remove. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Registry } from '../../registry/registry.ts';
import type { ScheduleBook } from '../../reports/schedule.ts';
import { NO_CONTENT } from '../people-schemas.ts';
import { checkPlace } from '../query-names.ts';
import { LANGUAGES } from '../report-schemas.ts';
import { Exact, List, OneOf, Slug, Text, Time } from '../schemas.ts';

export interface ReportScheduleOptions {
  readonly schedules: ScheduleBook;
  readonly registry: Pick<Registry, 'parks' | 'sites' | 'devices'>;
}

const parts = {
  report: OneOf(['daily', 'weekly'], { description: 'of the day before; weekly: on Mondays, of the week before' }),
  park: Slug,
  at: Text('time of day in Beijing, such as 05:30', 5),
  channel: Text('an e-mail channel', 32),
  language: OneOf(LANGUAGES),
  isPdf: Type.Optional(Type.Boolean({ description: 'with a PDF, where the platform has a Chromium' })),
};
const Schedule = Exact({ name: Text('its name', 32), ...parts });
const SchedulesAnswer = Exact({
  schedules: List(
    Exact({
      ...Schedule.properties,
      last: Type.Optional(
        Exact({
          dueAt: Time('when it was due'),
          endedAt: Time('when that was decided'),
          result: OneOf(['delivered', 'failed']),
          attempts: Type.Integer(),
          code: Type.Optional(Type.String()),
          why: Type.Optional(Type.String()),
        }),
      ),
    }),
  ),
});

const Named = Exact({ name: Text('its name', 32) });
const access = { right: 'administer', park: 'every' } as const;

export const reportScheduleRoutes: FastifyPluginAsyncTypebox<ReportScheduleOptions> = async (
  app,
  { schedules, registry },
) => {
  app.get(
    '/report-schedules',
    {
      config: { access },
      schema: {
        tags: ['reports'],
        summary: 'Reports that are mailed by themselves',
        response: { 200: SchedulesAnswer },
      },
    },
    async () => {
      const found = await schedules.list();
      const shown = found.map(async (schedule) => {
        const last = await schedules.outcome(schedule.name);
        return { ...schedule, ...(last && { last }) };
      });
      return { schedules: await Promise.all(shown) };
    },
  );

  app.put(
    '/report-schedules/:name',
    {
      config: {
        access,
        audit: { what: 'channel.change', asked: true },
        problems: ['PARK_UNKNOWN', 'SCHEDULE_INVALID'],
      },
      schema: {
        tags: ['reports'],
        summary: 'Mails a report at a time of day, over an e-mail channel',
        params: Named,
        body: Exact(parts),
        response: { 200: Schedule },
      },
    },
    async (request) => {
      checkPlace(registry, { park: request.body.park });
      return await schedules.put({ name: request.params.name, ...request.body });
    },
  );

  app.delete(
    '/report-schedules/:name',
    {
      config: { access, audit: { what: 'channel.change' }, problems: ['SCHEDULE_UNKNOWN'] },
      schema: { tags: ['reports'], summary: 'Mails it no more', params: Named, response: { 204: NO_CONTENT } },
    },
    async (request, reply) => {
      await schedules.remove(request.params.name);
      return reply.code(204).send(null);
    },
  );
};
