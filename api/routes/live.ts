/** Readings as they come, as server-sent events; a client that was away goes on behind the id it had last. */
import { once } from 'node:events';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import type { LiveEvent, LiveFeed } from '../../consumers/live-feed.ts';
import { Exact, Where, Whole } from '../schemas.ts';

export interface LiveOptions {
  readonly live: LiveFeed;
  readonly limits: { readonly maxLiveClients: number };
  readonly log: Log;
}

const HEARTBEAT_MS = 15_000;
/** A client that has not read for so long is ended; it comes back with its last id. */
const STALLED_MS = 30_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

export const liveRoutes: FastifyPluginAsyncTypebox<LiveOptions> = async (app, { live, limits, log }) => {
  const open = new Set<AbortController>();
  app.addHook('preClose', async () => {
    for (const controller of open) controller.abort();
  });

  app.get(
    '/live',
    {
      config: { problems: ['LIVE_FULL'] },
      schema: {
        tags: ['readings'],
        summary:
          'Server-sent events: `event: readings`, `id:` a position in the log, `data: {"readings": […]}`. Last-Event-ID (or after=) replays what came behind it',
        querystring: Exact({
          ...Where,
          after: Type.Optional(Whole('position behind which to begin; for clients that cannot send Last-Event-ID')),
        }),
        response: {
          200: {
            description: 'server-sent events, until the client or the platform ends them',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
        },
      },
    },
    async (request, reply) => {
      const after = positionOf(request.headers['last-event-id'] ?? request.query.after);
      if (open.size >= limits.maxLiveClients)
        throw new DaoyuError(
          'LIVE_FULL',
          `${limits.maxLiveClients} live streams are open already; close one or raise DAOYU_API_MAX_LIVE`,
        );
      // A HEAD is answered by what a GET would begin with; it follows nothing.
      if (request.method === 'HEAD') return reply.headers(HEADERS).send('');
      const { after: _, ...filter } = request.query;
      const stopping = new AbortController();
      open.add(stopping);
      const { raw } = reply;
      raw.once('close', () => stopping.abort());
      reply.hijack();
      raw.writeHead(200, HEADERS);
      raw.write('retry: 2000\n\n');
      // Who does not read gets nothing more into its buffer.
      const heartbeat = setInterval(() => raw.writableNeedDrain || raw.write(': still here\n\n'), HEARTBEAT_MS);
      try {
        for await (const event of live.follow(after, stopping.signal)) {
          const text = textOf(event, filter);
          if (text === '') continue;
          const isTaken = raw.write(text);
          if (!isTaken)
            await once(raw, 'drain', { signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(STALLED_MS)]) });
        }
      } catch (error) {
        // Who left or stalled comes back with the last id; anything else is ours to mend.
        if (!raw.destroyed && !isStall(error)) log.error({ err: error, code: codeOf(error) }, 'a live stream broke');
      } finally {
        clearInterval(heartbeat);
        open.delete(stopping);
        raw.destroy();
      }
    },
  );
};

interface Filter {
  readonly park?: string;
  readonly site?: string;
  readonly device?: string;
}

/** Most screens follow everything: one text serves them all. */
const texts = new WeakMap<LiveEvent, string>();

/** Empty where nothing is wanted of the event. */
function textOf(event: LiveEvent, { park, site, device }: Filter): string {
  if (!park && !site && !device) {
    const known = texts.get(event) ?? written(event, event.readings);
    texts.set(event, known);
    return known;
  }
  const wanted = event.readings.filter(
    (each) => (!park || each.park === park) && (!site || each.site === site) && (!device || each.device === device),
  );
  return wanted.length === 0 ? '' : written(event, wanted);
}

const written = ({ position }: LiveEvent, readings: LiveEvent['readings']) =>
  `id: ${position}\nevent: readings\ndata: ${JSON.stringify({ readings })}\n\n`;

function positionOf(text: string | string[] | undefined): number | 'now' {
  if (text === undefined || text === '') return 'now';
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw new DaoyuError(
    'REQUEST_INVALID',
    `Last-Event-ID "${String(text).slice(0, 40)}" must be an id of this stream, a whole number`,
  );
}

/** What waiting for a reader throws when its time is over. */
function isStall(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
