/** Alarms as server-sent events, each as it is after a change. A client that reconnects lists them first; nothing is replayed. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Alarms } from '../../alarms/alarms.ts';
import type { Log } from '../../base/logger.ts';
import { parksSeen } from '../authorize.ts';
import { createEventStreams } from '../event-streams.ts';
import { Exact, Where } from '../schemas.ts';

export interface AlarmsLiveOptions {
  readonly alarms: Pick<Alarms, 'follow'>;
  readonly limits: { readonly maxLiveClients: number };
  readonly log: Log;
}

export const alarmsLiveRoutes: FastifyPluginAsyncTypebox<AlarmsLiveOptions> = async (app, { alarms, limits, log }) => {
  const streams = createEventStreams(app, { maxClients: limits.maxLiveClients, what: 'streams of alarms', log });

  app.get(
    '/alarms/live',
    {
      config: { access: { right: 'read', park: 'listed' }, problems: ['LIVE_FULL'] },
      schema: {
        tags: ['alarms'],
        summary:
          'Server-sent events: `event: alarm`, `data:` an alarm as it became, as in GET /alarms. List first: nothing is replayed',
        querystring: Exact({ park: Where.park }),
        response: {
          200: {
            description: 'server-sent events, until the client or the platform ends them',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
        },
      },
    },
    async (request, reply) => {
      const { park } = request.query;
      const sees = parksSeen(request);
      return await streams.serve(request, reply, async function* (signal) {
        for await (const alarm of alarms.follow(signal)) {
          if (!sees(alarm.park)) continue;
          if (park === undefined || alarm.park === park) yield `event: alarm\ndata: ${JSON.stringify(alarm)}\n\n`;
        }
      });
    },
  );
};
