/** The event log on NATS JetStream: one stream, shared by any number of processes; the server's disk is what an append waits for. */

import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { openNats } from '../../engines/nats/connection.ts';
import { type Durability, proveDurability } from '../../engines/nats/durability.ts';
import { patiently } from '../../engines/nats/patience.ts';
import { createPublisher } from '../../engines/nats/publisher.ts';
import { watchServerDisk } from '../../engines/nats/server-disk.ts';
import { silenceOf } from '../../engines/nats/silence.ts';
import { showNatsUrl } from '../../engines/nats/url.ts';
import type { Bus, BusStatus, ConsumeOptions, Consumption, Entry } from '../bus.ts';
import { mayUseReserve, reserveOf } from '../reserve.ts';
import { openDurableConsumption } from './consumption.ts';
import { ensureDurable, removeDurable, type Start, startBehind } from './durable-consumer.ts';
import { openEphemeralConsumption } from './ephemeral-consumer.ts';
import { GUARD, openStream } from './stream.ts';

export interface JetStreamBusOptions {
  /** `nats://…`, see engines/nats/url.ts. */
  readonly url: string;
  /** When full of what a durable consumer still needs, appends are refused. */
  readonly maxBytes: number;
  readonly retainMs: number;
  /** Servers that keep each entry: 1, 3 or 5. */
  readonly replicas: number;
  /** How long an append waits for a server that is away before it rejects; default 20 s, less than two minutes. */
  readonly appendWithinMs?: number;
  /** Kept free on the disk of a server that runs on this machine; default 0. */
  readonly reserveBytes?: number;
  /** Of a stream that does not exist yet; default 1. */
  readonly firstPosition?: number;
  readonly clock: () => number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const SWEEP_EVERY_MS = 60_000;
const PROVE_EVERY_MS = 60_000;
/** The server counts subject and headers as well. */
const ENVELOPE_BYTES = 4096;
/** What an entry takes on the server's disk beside its text: subject, id, frame. */
const OVERHEAD_BYTES = 150;

export async function openJetStreamBus(options: JetStreamBusOptions): Promise<Bus> {
  const { url, maxBytes, appendWithinMs, reserveBytes = 0, log } = options;
  const nats = await openNats({ url, name: 'daoyu log', log });
  const where = showNatsUrl(nats.address);
  const open = () => openStream({ ...options, nats });
  const stream = await patiently(nats, log, 'log', open).catch(async (error: unknown) => {
    await nats.close();
    throw error;
  });
  const publisher = createPublisher({ nats, ...(appendWithinMs !== undefined && { withinMs: appendWithinMs }) });
  const prefix = crypto.randomUUID();
  const consumptions = new Set<Consumption>();
  let count = 0;
  let isClosed = false;
  /** Of the last append that the server refused (full, no space): stays until one is taken. */
  let refusal: BusStatus['problem'];
  /** Of the last look at the server. */
  let absence: BusStatus['problem'];
  /** What the server holds, with what was appended since it was asked. */
  let sizeBytes = 0;
  /** Size of what there was no room for: the log is full until there is. */
  let refusedBytes = 0;
  const limitBytes = maxBytes - reserveOf(maxBytes);
  let last = await patiently(nats, log, 'log', statusOf);
  let durability = await patiently(nats, log, 'log', prove);
  let disk = await watchServerDisk(nats, reserveBytes);

  async function prove(): Promise<Durability> {
    const proven = await proveDurability(nats, await stream.info());
    if (proven.survives !== 'power loss')
      log.warn({ server: where }, `PUBACK survives ${proven.survives}, not more: ${proven.message}`);
    else log.info({ server: where, version: nats.version }, `PUBACK survives power loss: ${proven.message}`);
    return proven;
  }

  async function statusOf(): Promise<Omit<BusStatus, 'isWritable' | 'durability'>> {
    const info = await stream.info();
    const { state } = info;
    sizeBytes = state.bytes;
    const consumers = await stream.progress(info);
    return {
      sizeBytes: state.bytes,
      maxBytes,
      firstPosition: Math.max(1, state.messages === 0 ? state.last_seq + 1 : state.first_seq),
      lastPosition: state.last_seq,
      consumers: consumers.filter(({ name }) => !name.startsWith(GUARD)),
    };
  }

  async function append(entries: readonly Entry[]): Promise<number> {
    if (isClosed) throw new DaoyuError('BUS_UNAVAILABLE', 'the log is closed');
    const publications = entries.map(({ subject, data, id }) => {
      count += 1;
      const bytes = Buffer.byteLength(data);
      if (bytes > nats.maxPayload - ENVELOPE_BYTES) {
        const message = `an entry of ${bytes} bytes is more than NATS at ${where} takes (max_payload ${nats.maxPayload}): raise that or send smaller batches`;
        throw new DaoyuError('ENTRY_TOO_LARGE', message);
      }
      return { subject, data, id: id ?? `${prefix}-${count}` };
    });
    disk?.check();
    const isEntitled = mayUseReserve(entries);
    const needed = publications.reduce((sum, { data }) => sum + data.length + OVERHEAD_BYTES, 0);
    try {
      for (;;) {
        try {
          const shortfall = await makeRoom(isEntitled ? Math.max(needed, refusedBytes) : needed);
          refusedBytes = shortfall === undefined ? 0 : Math.max(needed, refusedBytes);
          if (shortfall !== undefined && !isEntitled) throw shortfall;
          const sequences = await settle(publications.map((publication) => publisher.publish(publication)));
          sizeBytes += needed;
          refusal = shortfall && (refusal ?? problemOf(shortfall));
          const position = sequences.at(-1) ?? last.lastPosition;
          last = { ...last, lastPosition: Math.max(last.lastPosition, position) };
          return position;
        } catch (error) {
          // The ids make trying again harmless for those that were taken.
          if (codeOf(error) !== 'BUS_FULL' || (await stream.makeRoom(needed)) === 0) throw error;
        }
      }
    } catch (error) {
      // A server that is away, or silent, is found back by looking, not only by the next append.
      if (codeOf(error) === 'BUS_UNAVAILABLE') throw (await silenceOf(nats, publisher)) ?? error;
      const failure = codeOf(error) === 'BUS_FULL' ? await full(error) : error;
      refusal = problemOf(failure);
      throw failure;
    }
  }

  /** Why there is none, short of the reserve. The server keeps the hard limit; this one is ours, and other processes append meanwhile. */
  async function makeRoom(needed: number): Promise<DaoyuError | undefined> {
    while (sizeBytes + needed > limitBytes) {
      sizeBytes = (await stream.info()).state.bytes;
      if (sizeBytes + needed <= limitBytes) break;
      if ((await stream.makeRoom(needed)) === 0) return new DaoyuError('BUS_FULL', 'the log is full');
    }
    return undefined;
  }

  function shortage(): BusStatus['problem'] {
    try {
      disk?.check();
      return undefined;
    } catch (error) {
      return problemOf(error);
    }
  }

  async function full(cause: unknown): Promise<DaoyuError> {
    const { consumers } = await statusOf().catch(() => last);
    const [slowest] = [...consumers].sort((a, b) => a.position - b.position);
    const message = `the log is full: ${maxBytes} bytes of entries that ${slowest === undefined ? 'somebody' : `consumer ${slowest.name}`} still needs. Mend that consumer or raise DAOYU_BUS_MAX_BYTES.`;
    return new DaoyuError('BUS_FULL', message, { cause });
  }

  /** Work that nobody awaits; the next round tries again, and a server that is away is told of elsewhere. */
  function inBackground(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => {
      if (nats.isConnected && !isClosed)
        log.warn({ code: codeOf(error) }, `the log was not tended: ${(error as Error).message}`);
    });
  }

  async function proveAgain(): Promise<void> {
    disk = await watchServerDisk(nats, reserveBytes);
    const proven = await proveDurability(nats, await stream.info());
    if (proven.message !== durability.message) durability = await prove();
  }

  const sweeper = setInterval(() => inBackground(() => stream.sweep()), SWEEP_EVERY_MS);
  const prover = setInterval(() => inBackground(proveAgain), PROVE_EVERY_MS);
  sweeper.unref();
  prover.unref();

  async function startOf({ from }: ConsumeOptions): Promise<Start> {
    if (from === 'first') return { deliver_policy: 'all' };
    if (from !== 'new') return startBehind(from.after);
    return startBehind((await stream.info()).state.last_seq);
  }

  return {
    append,
    async consume(consume) {
      const { name, subjects, maxInFlight = 256 } = consume;
      const start = await startOf(consume);
      const onClose = () => consumptions.delete(consumption);
      const place = { nats, subjects, maxInFlight, start, onClose, holder: crypto.randomUUID() };
      if (name !== undefined) await patiently(nats, log, name, () => ensureDurable({ ...place, name }));
      const consumption =
        name === undefined ? await openEphemeralConsumption(place) : await openDurableConsumption({ ...place, name });
      consumptions.add(consumption);
      return consumption;
    },
    forget: (name) => removeDurable(nats, name),
    async status() {
      if (!isClosed) {
        try {
          last = { ...(await statusOf()) };
          absence = undefined;
        } catch (error) {
          absence = problemOf(error);
        }
      }
      const silence = isClosed ? undefined : await silenceOf(nats, publisher);
      const problem = (silence && problemOf(silence)) ?? absence ?? refusal ?? shortage();
      return { ...last, isWritable: !isClosed && problem === undefined, ...(problem && { problem }), durability };
    },
    async close() {
      isClosed = true;
      clearInterval(sweeper);
      clearInterval(prover);
      await Promise.all([...consumptions].map((consumption) => consumption.close()));
      await publisher.close();
      await nats.close();
    },
  };
}

function problemOf(error: unknown): NonNullable<BusStatus['problem']> {
  return { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
}

/** All of them, or the first error once none is under way any more. */
async function settle<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
