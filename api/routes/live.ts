/** Readings as server-sent events; a client that reconnects continues after its last id. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import type { LiveEvent, LiveFeed } from '../../consumers/live-feed.ts';
import { parksSeen, seesAll } from '../authorize.ts';
import { createEventStreams } from '../event-streams.ts';
import { Exact, Where, Whole } from '../schemas.ts';

export interface LiveOptions {
  readonly live: LiveFeed;
  readonly limits: { readonly maxLiveClients: number };
  readonly log: Log;
}

export const liveRoutes: FastifyPluginAsyncTypebox<LiveOptions> = async (app, { live, limits, log }) => {
  const streams = createEventStreams(app, { maxClients: limits.maxLiveClients, what: 'live streams', log });

  app.get(
    '/live',
    {
      config: { access: { right: 'read', park: 'listed' }, problems: ['LIVE_FULL'] },
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
      const { after: _, ...where } = request.query;
      const filter = { ...where, ...(!seesAll(request) && { sees: parksSeen(request) }) };
      return await streams.serve(request, reply, async function* (signal) {
        for await (const event of live.follow(after, signal)) {
          const text = textOf(event, filter);
          if (text !== '') yield text;
        }
      });
    },
  );
};

interface Filter {
  readonly park?: string;
  readonly site?: string;
  readonly device?: string;
  /** Absent: all parks. */
  readonly sees?: (park: string) => boolean;
}

/** Most screens follow everything, so that they share one text. */
const texts = new WeakMap<LiveEvent, string>();

/** Empty if the client wants nothing of the event. */
function textOf(event: LiveEvent, { park, site, device, sees }: Filter): string {
  if (!park && !site && !device && !sees) {
    const known = texts.get(event) ?? written(event, event.readings);
    texts.set(event, known);
    return known;
  }
  const wanted = event.readings.filter(
    (each) =>
      (!sees || sees(each.park)) &&
      (!park || each.park === park) &&
      (!site || each.site === site) &&
      (!device || each.device === device),
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
