/** Streams a long text at the reader's pace: holds the query's slot to the last byte, and disconnects a reader that stalls. */
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DaoyuError } from '../base/errors.ts';
import type { QueryGate } from './query-gate.ts';

/** No export takes longer; years of a pond take seconds. */
const EXPORT_MS = 15 * 60_000;
/** A reader that has not taken a piece for this long is disconnected. */
const STALLED_MS = 60_000;

/** A failure before the first piece becomes a problem answer; a later one breaks the connection, so that half a file is never taken for a complete one. */
export async function sendStreamed(
  request: FastifyRequest,
  reply: FastifyReply,
  gate: QueryGate,
  open: (signal: AbortSignal) => AsyncIterable<string | Uint8Array>,
): Promise<FastifyReply> {
  const send = async (signal: AbortSignal) => {
    const pieces = open(signal)[Symbol.asyncIterator]();
    const first = await pieces.next();
    signal.throwIfAborted();
    const stream: Readable = Readable.from(
      paced(first, pieces, () => stream.destroy(new DaoyuError('QUERY_STOPPED', 'the reader stalled'))),
      { objectMode: false, signal },
    );
    void reply.send(stream);
    await finished(stream);
  };
  try {
    await gate.run(request, send, { timeoutMs: EXPORT_MS });
  } catch (error) {
    if (!reply.sent) throw error;
  }
  return reply;
}

/** Sends data in memory while it is formatted as text. */
export function sendPieces(reply: FastifyReply, pieces: Iterable<string>): FastifyReply {
  return reply.send(Readable.from(pieces));
}

async function* paced(
  first: IteratorResult<string | Uint8Array>,
  pieces: AsyncIterator<string | Uint8Array>,
  onStalled: () => void,
): AsyncGenerator<string | Uint8Array> {
  let stalled: NodeJS.Timeout | undefined;
  try {
    for (let next = first; next.done !== true; next = await pieces.next()) {
      stalled = setTimeout(onStalled, STALLED_MS);
      yield next.value;
      clearTimeout(stalled);
    }
  } finally {
    clearTimeout(stalled);
    await pieces.return?.();
  }
}
