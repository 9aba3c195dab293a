/** Appends to the stream: bounded by the log's size less its reserve, with old entries removed when it is full. */
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Nats } from '../../engines/nats/connection.ts';
import type { Publication, Publisher } from '../../engines/nats/publisher.ts';
import { silenceOf } from '../../engines/nats/silence.ts';
import { showNatsUrl } from '../../engines/nats/url.ts';
import type { BusStatus, Entry } from '../bus.ts';
import { mayUseReserve, reserveOf } from '../reserve.ts';
import type { LogStream } from './stream.ts';

export interface AppenderOptions {
  readonly nats: Nats;
  readonly publisher: Publisher;
  readonly stream: Pick<LogStream, 'info' | 'makeRoom'>;
  readonly maxBytes: number;
  /** Throws `DISK_FULL`. */
  readonly checkDisk: () => void;
  /** The durable consumers, for the message that names the slowest. */
  readonly consumers: () => Promise<BusStatus['consumers']>;
}

export interface Appender {
  /** Resolves with the position of the last entry, undefined for none. */
  append(entries: readonly Entry[]): Promise<number | undefined>;
  /** Notes the size of the stream as the server reports it. */
  noteSize(bytes: number): void;
  /** Why the server refused the last append (full, no space); undefined after an append that it took. */
  refusal(): BusStatus['problem'];
}

/** The server counts subject and headers as well. */
const ENVELOPE_BYTES = 4096;
/** What an entry takes on the server's disk beside its text: subject, id, frame. */
const OVERHEAD_BYTES = 150;

export function createAppender(options: AppenderOptions): Appender {
  const { nats, publisher, stream, maxBytes } = options;
  const where = showNatsUrl(nats.address);
  const limitBytes = maxBytes - reserveOf(maxBytes);
  const prefix = crypto.randomUUID();
  let count = 0;
  /** As last reported by the server, plus entries appended since. */
  let sizeBytes = 0;
  /** Size of entries for which there was no room: the log is full until there is. */
  let refusedBytes = 0;
  let refusal: BusStatus['problem'];

  function publicationOf({ subject, data, id }: Entry): Publication {
    count += 1;
    const bytes = Buffer.byteLength(data);
    if (bytes > nats.maxPayload - ENVELOPE_BYTES) {
      const message = `an entry of ${bytes} bytes is more than NATS at ${where} takes (max_payload ${nats.maxPayload}): raise that or send smaller batches`;
      throw new DaoyuError('ENTRY_TOO_LARGE', message);
    }
    return { subject, data, id: id ?? `${prefix}-${count}` };
  }

  async function append(entries: readonly Entry[]): Promise<number | undefined> {
    const publications = entries.map(publicationOf);
    options.checkDisk();
    const needed = publications.reduce((sum, { data }) => sum + data.length + OVERHEAD_BYTES, 0);
    try {
      for (;;) {
        try {
          return await publish(publications, needed, mayUseReserve(entries));
        } catch (error) {
          // Their ids make it harmless to publish entries again that the server has taken.
          if (codeOf(error) !== 'BUS_FULL' || (await stream.makeRoom(needed)) === 0) throw error;
        }
      }
    } catch (error) {
      // A check finds a lost or silent server available again, not only the next append.
      if (codeOf(error) === 'BUS_UNAVAILABLE') throw (await silenceOf(nats, publisher)) ?? error;
      const failure = codeOf(error) === 'BUS_FULL' ? await full(error) : error;
      refusal = problemOf(failure);
      throw failure;
    }
  }

  async function publish(
    publications: readonly Publication[],
    needed: number,
    isEntitled: boolean,
  ): Promise<number | undefined> {
    const shortfall = await makeRoom(isEntitled ? Math.max(needed, refusedBytes) : needed);
    refusedBytes = shortfall === undefined ? 0 : Math.max(needed, refusedBytes);
    if (shortfall !== undefined && !isEntitled) throw shortfall;
    const sequences = await settle(publications.map((publication) => publisher.publish(publication)));
    sizeBytes += needed;
    refusal = shortfall && (refusal ?? problemOf(shortfall));
    return sequences.at(-1);
  }

  /** Why there is no room outside the reserve. The server enforces the hard limit; this one is ours, and other processes append meanwhile. */
  async function makeRoom(needed: number): Promise<DaoyuError | undefined> {
    while (sizeBytes + needed > limitBytes) {
      sizeBytes = (await stream.info()).state.bytes;
      if (sizeBytes + needed <= limitBytes) break;
      if ((await stream.makeRoom(needed)) === 0) return new DaoyuError('BUS_FULL', 'the log is full');
    }
    return undefined;
  }

  async function full(cause: unknown): Promise<DaoyuError> {
    const [slowest] = [...(await options.consumers())].sort((a, b) => a.position - b.position);
    const message = `the log is full: ${maxBytes} bytes of entries that ${slowest === undefined ? 'somebody' : `consumer ${slowest.name}`} still needs. Mend that consumer or raise DAOYU_BUS_MAX_BYTES.`;
    return new DaoyuError('BUS_FULL', message, { cause });
  }

  return {
    append,
    noteSize(bytes) {
      sizeBytes = bytes;
    },
    refusal: () => refusal,
  };
}

export function problemOf(error: unknown): NonNullable<BusStatus['problem']> {
  return { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}

/** All of them, or the first error once none is in progress any more. */
async function settle<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
