/** Alarms as they change, as server-sent events: each as it became. A client that comes back lists first; nothing is replayed. */
import { once } from 'node:events';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Alarms } from '../../alarms/alarms.ts';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { Exact, Where } from '../schemas.ts';

export interface AlarmsLiveOptions {
  readonly alarms: Pick<Alarms, 'follow'>;
  readonly limits: { readonly maxLiveClients: number };
  readonly log: Log;
}

const HEARTBEAT_MS = 15_000;
/** A client that has not read for so long is ended. */
const STALLED_MS = 30_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

export const alarmsLiveRoutes: FastifyPluginAsyncTypebox<AlarmsLiveOptions> = async (app, { alarms, limits, log }) => {
  const open = new Set<AbortController>();
  app.addHook('preClose', async () => {
    for (const controller of open) controller.abort();
  });

  app.get(
    '/alarms/live',
    {
      config: { problems: ['LIVE_FULL'] },
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
      if (open.size >= limits.maxLiveClients)
        throw new DaoyuError(
          'LIVE_FULL',
          `${limits.maxLiveClients} streams of alarms are open already; close one or raise DAOYU_API_MAX_LIVE`,
        );
      if (request.method === 'HEAD') return reply.headers(HEADERS).send('');
      const stopping = new AbortController();
      open.add(stopping);
      const { raw } = reply;
      raw.once('close', () => stopping.abort());
      reply.hijack();
      raw.writeHead(200, HEADERS);
      raw.write('retry: 2000\n\n');
      const heartbeat = setInterval(() => raw.writableNeedDrain || raw.write(': still here\n\n'), HEARTBEAT_MS);
      try {
        for await (const alarm of alarms.follow(stopping.signal)) {
          if (park !== undefined && alarm.park !== park) continue;
          const isTaken = raw.write(`event: alarm\ndata: ${JSON.stringify(alarm)}\n\n`);
          if (!isTaken)
            await once(raw, 'drain', { signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(STALLED_MS)]) });
        }
      } catch (error) {
        const isStall = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
        if (!raw.destroyed && !isStall) log.error({ err: error, code: codeOf(error) }, 'a stream of alarms broke');
      } finally {
        clearInterval(heartbeat);
        open.delete(stopping);
        raw.destroy();
      }
    },
  );
};
