/** The event log on NATS JetStream: one stream, shared by any number of processes; the server's disk is what an append waits for. */

import type { DiskSpace } from '../../base/disk-space.ts';
import { codeOf, DaoyuError } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { openNats } from '../../engines/nats/connection.ts';
import { type Durability, proveDurability } from '../../engines/nats/durability.ts';
import { patiently } from '../../engines/nats/patience.ts';
import { createPublisher } from '../../engines/nats/publisher.ts';
import { watchServerDisk } from '../../engines/nats/server-disk.ts';
import { silenceOf } from '../../engines/nats/silence.ts';
import { showNatsUrl } from '../../engines/nats/url.ts';
import type { Bus, BusStatus, ConsumeOptions, Consumption } from '../bus.ts';
import { createAppender, problemOf } from './append.ts';
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

export async function openJetStreamBus(options: JetStreamBusOptions): Promise<Bus> {
  const { url, maxBytes, appendWithinMs, reserveBytes = 0, log } = options;
  const nats = await openNats({ url, name: 'daoyu log', log });
  const open = () => openStream({ ...options, nats });
  const stream = await patiently(nats, log, 'log', open).catch(async (error: unknown) => {
    await nats.close();
    throw error;
  });
  const publisher = createPublisher({ nats, ...(appendWithinMs !== undefined && { withinMs: appendWithinMs }) });
  const consumptions = new Set<Consumption>();
  let isClosed = false;
  let disk: DiskSpace | undefined;
  const checkDisk = () => disk?.check();
  const consumers = async () => (await statusOf().catch(() => last)).consumers;
  const appender = createAppender({ nats, publisher, stream, maxBytes, checkDisk, consumers });
  let last = await patiently(nats, log, 'log', statusOf);
  let durability = await patiently(nats, log, 'log', prove);
  disk = await watchServerDisk(nats, reserveBytes);
  /** Why the server could not be reached when it was last asked. */
  let absence: BusStatus['problem'];

  async function prove(): Promise<Durability> {
    const server = showNatsUrl(nats.address);
    const proven = await proveDurability(nats, await stream.info());
    if (proven.survives !== 'power loss')
      log.warn({ server }, `PUBACK survives ${proven.survives}, not more: ${proven.message}`);
    else log.info({ server, version: nats.version }, `PUBACK survives power loss: ${proven.message}`);
    return proven;
  }

  async function statusOf(): Promise<Omit<BusStatus, 'isWritable' | 'durability'>> {
    const info = await stream.info();
    const { state } = info;
    appender.noteSize(state.bytes);
    const progress = await stream.progress(info);
    return {
      sizeBytes: state.bytes,
      maxBytes,
      firstPosition: Math.max(1, state.messages === 0 ? state.last_seq + 1 : state.first_seq),
      lastPosition: state.last_seq,
      consumers: progress.filter(({ name }) => !name.startsWith(GUARD)),
    };
  }

  /** Work that nobody awaits; the next round tries again, and a lost connection is reported elsewhere. */
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
    async append(entries) {
      if (isClosed) throw new DaoyuError('BUS_UNAVAILABLE', 'the log is closed');
      const position = (await appender.append(entries)) ?? last.lastPosition;
      last = { ...last, lastPosition: Math.max(last.lastPosition, position) };
      return position;
    },
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
      const problem = (silence && problemOf(silence)) ?? absence ?? appender.refusal() ?? shortageOf(checkDisk);
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

function shortageOf(checkDisk: () => void): BusStatus['problem'] {
  try {
    checkDisk();
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}
