/** Readings as they come, as server-sent events; a client that was away goes on behind the id it had last. */
import { once } from 'node:events';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../errors.ts';
import type { ApiOptions } from '../api.ts';
import { Where } from '../schemas.ts';

type Options = Pick<ApiOptions, 'live' | 'limits'>;

const HEARTBEAT_MS = 15_000;
/** A client that has not read for so long is ended; it comes back with its last id. */
const STALLED_MS = 30_000;

export const liveRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { live, limits }) => {
  const open = new Set<AbortController>();
  app.addHook('preClose', async () => {
    for (const controller of open) controller.abort();
  });

  app.get(
    '/live',
    {
      schema: {
        tags: ['readings'],
        summary:
          'Server-sent events: `event: readings`, `id:` a position in the log, `data: {"readings": […]}`. Last-Event-ID (or after=) replays what came behind it',
        querystring: Type.Object(
          { ...Where, after: Type.Optional(Type.Integer({ minimum: 0 })) },
          { additionalProperties: false },
        ),
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      if (open.size >= limits.maxLiveClients)
        throw new DaoyuError(
          'LIVE_FULL',
          `${limits.maxLiveClients} live streams are open already; close one or raise DAOYU_API_MAX_LIVE`,
        );
      const lastId = Number(request.headers['last-event-id'] ?? request.query.after ?? Number.NaN);
      const { park, site, device } = request.query;
      const stopping = new AbortController();
      open.add(stopping);
      const { raw } = reply;
      raw.once('close', () => stopping.abort());
      reply.hijack();
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      });
      raw.write('retry: 2000\n\n');
      const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS);
      try {
        for await (const { position, readings } of live.follow(
          Number.isSafeInteger(lastId) ? lastId : 'now',
          stopping.signal,
        )) {
          const wanted = readings.filter(
            (each) =>
              (!park || each.park === park) && (!site || each.site === site) && (!device || each.device === device),
          );
          if (wanted.length === 0) continue;
          const isTaken = raw.write(
            `id: ${position}\nevent: readings\ndata: ${JSON.stringify({ readings: wanted })}\n\n`,
          );
          if (!isTaken)
            await once(raw, 'drain', { signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(STALLED_MS)]) });
        }
      } catch {
        // The client left or stalled; the stream below ends either way.
      } finally {
        clearInterval(heartbeat);
        open.delete(stopping);
        raw.destroy();
      }
    },
  );
};
