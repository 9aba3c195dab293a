/** Bounds the cost of queries: a few run, some wait, the rest is asked to come back; each is stopped after a time limit or when its client disconnects. */
import type { FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';

export interface QueryGate {
  /**
   * Rejects with `QUERIES_BUSY` if too many are waiting, `QUERY_STOPPED` if it took too long (waiting included) or its client left. The slot is free
   * again only when the query has really ended: a store that ignores the signal still costs.
   */
  run<T>(
    request: FastifyRequest,
    query: (signal: AbortSignal) => Promise<T>,
    options?: { readonly timeoutMs?: number },
  ): Promise<T>;
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
  const waiting = new Set<() => void>();

  async function enter(signal: AbortSignal): Promise<void> {
    if (running < maxConcurrentQueries) {
      running += 1;
      return;
    }
    if (waiting.size >= maxConcurrentQueries * WAITING_EACH) {
      throw new DaoyuError('QUERIES_BUSY', 'too many queries wait already; ask again in a moment');
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        waiting.delete(go);
        reject(signal.reason);
      };
      const go = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      waiting.add(go);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Passes the slot on directly, so that no other query takes it in between. */
  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async run(request, query, { timeoutMs = queryTimeoutMs } = {}) {
      const stopping = new AbortController();
      const stop = (why: string) => stopping.abort(new DaoyuError('QUERY_STOPPED', why));
      const timer = setTimeout(
        () => stop(`no answer within ${timeoutMs / 1000} s; ask for less, or use a coarser every`),
        timeoutMs,
      );
      const clientLeft = () => stop('the client left');
      const { socket } = request.raw;
      socket.once('close', clientLeft);
      try {
        await enter(stopping.signal);
        const work = query(stopping.signal).finally(leave);
        return await Promise.race([work, aborted(stopping.signal)]);
      } finally {
        clearTimeout(timer);
        socket.off('close', clientLeft);
      }
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
