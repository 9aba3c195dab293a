/** Streams of server-sent events: bounded in number, paced by their readers, ended with the server. One set per route. */
import { once } from 'node:events';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';

export interface EventStreamOptions {
  readonly maxClients: number;
  /** Noun for messages: `live streams`. */
  readonly what: string;
  readonly log: Log;
}

export interface EventStreams {
  /** Sends texts of the form `event: …\ndata: …\n\n` as they come. Rejects with `LIVE_FULL`; answers a HEAD without a stream. */
  serve(
    request: Pick<FastifyRequest, 'method'>,
    reply: FastifyReply,
    follow: (signal: AbortSignal) => AsyncIterable<string>,
  ): Promise<FastifyReply | undefined>;
}

const HEARTBEAT_MS = 15_000;
/** A client that has not read for this long is disconnected; it reconnects by itself. */
const STALLED_MS = 30_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

export function createEventStreams(
  app: Pick<FastifyInstance, 'addHook'>,
  { maxClients, what, log }: EventStreamOptions,
): EventStreams {
  const open = new Set<AbortController>();
  app.addHook('preClose', async () => {
    for (const controller of open) controller.abort();
  });

  return {
    async serve(request, reply, follow) {
      if (open.size >= maxClients)
        throw new DaoyuError(
          'LIVE_FULL',
          `${maxClients} ${what} are open already; close one or raise DAOYU_API_MAX_LIVE`,
        );
      if (request.method === 'HEAD') return reply.headers(HEADERS).send('');
      const stopping = new AbortController();
      open.add(stopping);
      const { raw } = reply;
      raw.once('close', () => stopping.abort());
      reply.hijack();
      raw.writeHead(200, HEADERS);
      raw.write('retry: 2000\n\n');
      // Nothing more is buffered for a client that does not read.
      const heartbeat = setInterval(() => raw.writableNeedDrain || raw.write(': still here\n\n'), HEARTBEAT_MS);
      try {
        for await (const text of follow(stopping.signal)) {
          if (raw.write(text)) continue;
          await once(raw, 'drain', { signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(STALLED_MS)]) });
        }
      } catch (error) {
        // A client that left or stalled reconnects; any other error is ours.
        if (!raw.destroyed && !isStall(error))
          log.error({ err: error, code: codeOf(error) }, `one of the ${what} broke`);
      } finally {
        clearInterval(heartbeat);
        open.delete(stopping);
        raw.destroy();
      }
      return undefined;
    },
  };
}

function isStall(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
