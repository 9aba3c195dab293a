/** Lets a few store queries run at one time, the rest wait a little, and stops each after its time or when its client has gone. */
import type { FastifyRequest } from 'fastify';
import { DaoyuError } from '../errors.ts';

export interface QueryGate {
  /** Rejects with `QUERIES_BUSY` when too many wait. */
  run<T>(request: FastifyRequest, query: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Waiting queries for each running one; a page asks for a dozen charts at once. */
const WAITING_EACH = 25;

export function createQueryGate({
  maxConcurrentQueries,
  queryTimeoutMs,
}: {
  readonly maxConcurrentQueries: number;
  readonly queryTimeoutMs: number;
}): QueryGate {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(request, query) {
      if (running >= maxConcurrentQueries) {
        if (waiting.length >= maxConcurrentQueries * WAITING_EACH)
          throw new DaoyuError('QUERIES_BUSY', 'too many queries wait already; ask again in a moment');
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      running += 1;
      const gone = new AbortController();
      const leave = () => gone.abort();
      request.raw.socket.once('close', leave);
      try {
        return await query(AbortSignal.any([gone.signal, AbortSignal.timeout(queryTimeoutMs)]));
      } finally {
        request.raw.socket.off('close', leave);
        running -= 1;
        waiting.shift()?.();
      }
    },
  };
}
