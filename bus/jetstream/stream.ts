/** The stream that carries the log: made and brought up to date, measured, and trimmed of what every durable consumer has taken. */
import { DaoyuError } from '../../base/errors.ts';
import {
  type ConsumerInfo,
  JETSTREAM_CODES,
  jetStreamCode,
  type Nats,
  type StreamConfig,
  type StreamInfo,
} from '../../engines/nats/connection.ts';
import { showNatsUrl } from '../../engines/nats/url.ts';

export interface StreamOptions {
  readonly nats: Nats;
  readonly maxBytes: number;
  readonly retainMs: number;
  readonly replicas: number;
  readonly firstPosition?: number;
  readonly clock: () => number;
}

export interface Progress {
  readonly name: string;
  /** Everything up to here is taken. */
  readonly position: number;
  readonly pending: number;
}

export interface LogStream {
  info(): Promise<StreamInfo>;
  /** Every durable consumer of the stream, ours and others'. */
  progress(info: StreamInfo): Promise<readonly Progress[]>;
  /** Removes the oldest that everybody has taken until about so many bytes are free; how many entries went. */
  makeRoom(bytes: number): Promise<number>;
  /** Removes what everybody has taken and is older than the retention. */
  sweep(): Promise<void>;
}

export const STREAM = 'DAOYU';
const SUBJECTS = ['daoyu.>'];
/** Ids are remembered so long; repetitions end well before. */
const DUPLICATE_WINDOW_MS = 120_000;
const NANOS = 1_000_000;
/** Freed at one time, as a share of the size: so that a full log is not trimmed entry by entry. */
const ROOM_SHARE = 0.02;

/** A consumer that holds a place while the one of that name is made anew; see jetstream-consumption.ts. */
export const GUARD = 'guard-';

/** Everything up to it a consumer has taken; the server counts acknowledgements only, not where the consumer began. */
export function floorOf({ ack_floor: floor, config }: ConsumerInfo): number {
  return Math.max(floor.stream_seq, (config.opt_start_seq ?? 1) - 1);
}

/** Idempotent: makes the stream, or changes what differs. Rejects with `BUS_UNSUITABLE` when the server will not have it so. */
export async function openStream(options: StreamOptions): Promise<LogStream> {
  const { nats, retainMs, clock } = options;
  const { manager } = nats;
  const { created } = await ensureStream(options);

  async function info(): Promise<StreamInfo> {
    const current = await nats.ask(() => manager.streams.info(STREAM));
    if (current.created === created) return current;
    // Its positions begin anew: what the store has taken says nothing about them.
    const message = `the stream ${STREAM} was deleted and made anew while we ran: restart daoyu, which will say what to do`;
    throw new DaoyuError('BUS_UNAVAILABLE', message);
  }

  async function progress({ state }: StreamInfo): Promise<readonly Progress[]> {
    const consumers = await listConsumers(nats);
    const durable = consumers.filter(({ config }) => config.durable_name !== undefined);
    return await Promise.all(
      durable.map(async (consumer) => {
        const pending = consumer.num_pending + consumer.num_ack_pending;
        // The floor of a consumer of few subjects stands still while others pass it.
        const position = pending === 0 ? Math.max(floorOf(consumer), state.last_seq) : await behindNext(consumer);
        return { name: consumer.name, position, pending };
      }),
    );
  }

  /** The position before the next entry that the consumer has not taken. */
  async function behindNext(consumer: ConsumerInfo): Promise<number> {
    const { config } = consumer;
    const floor = floorOf(consumer);
    const patterns = config.filter_subjects ?? [config.filter_subject ?? '>'];
    const next = await Promise.all(
      patterns.map(async (pattern) => {
        const query = { seq: floor + 1, next_by_subj: pattern };
        const message = await nats.ask(() => manager.streams.getMessage(STREAM, query)).catch(ignoreAbsent);
        return message?.seq ?? Number.POSITIVE_INFINITY;
      }),
    );
    const first = Math.min(...next);
    return Number.isFinite(first) ? first - 1 : floor;
  }

  /** Up to it everybody has taken everything. */
  async function floorOfAll(current: StreamInfo): Promise<number> {
    const consumers = await progress(current);
    return Math.min(current.state.last_seq, ...consumers.map(({ position }) => position));
  }

  async function purge(current: StreamInfo, upTo: number): Promise<number> {
    if (upTo < current.state.first_seq) return 0;
    const { purged } = await nats.ask(() => manager.streams.purge(STREAM, { seq: upTo + 1 }));
    return purged;
  }

  return {
    info,
    progress,
    async makeRoom(bytes) {
      const current = await info();
      const { state, config } = current;
      if (state.messages === 0) return 0;
      const wanted = Math.max(bytes, config.max_bytes * ROOM_SHARE);
      const count = Math.ceil((wanted / state.bytes) * state.messages);
      return await purge(current, Math.min(await floorOfAll(current), state.first_seq + count));
    },
    async sweep() {
      const current = await info();
      if (current.state.messages === 0) return;
      const before = new Date(clock() - retainMs);
      if (new Date(current.state.first_ts) >= before) return;
      const [floor, kept] = await Promise.all([floorOfAll(current), firstSince(nats, before)]);
      await purge(current, Math.min(floor, kept - 1));
    },
  };
}

async function ensureStream({ nats, maxBytes, replicas, firstPosition = 1 }: StreamOptions): Promise<StreamInfo> {
  const { streams } = nats.manager;
  const wanted = {
    subjects: SUBJECTS,
    description: 'The event log of daoyu. Trimmed by daoyu alone, of what every durable consumer has taken.',
    retention: 'limits',
    storage: 'file',
    // The default, "old", drops acknowledged entries when the stream is full.
    discard: 'new',
    max_bytes: maxBytes,
    max_age: 0,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_msg_size: -1,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOS,
    num_replicas: replicas,
  } as const satisfies Partial<StreamConfig>;
  const found = await nats.ask(() => streams.info(STREAM)).catch(ignoreAbsent);
  try {
    if (found === undefined)
      return await nats.ask(() =>
        streams.add({
          name: STREAM,
          ...wanted,
          subjects: [...SUBJECTS],
          ...(firstPosition > 1 && { first_seq: firstPosition }),
        }),
      );
    if (!differs(found.config, wanted)) return found;
    return await nats.ask(() => streams.update(STREAM, { ...found.config, ...wanted, subjects: [...SUBJECTS] }));
  } catch (error) {
    throw unsuitable(error, showNatsUrl(nats.address), maxBytes);
  }
}

function differs(found: StreamConfig, wanted: Partial<StreamConfig>): boolean {
  return Object.entries(wanted).some(
    ([name, value]) => JSON.stringify(found[name as keyof StreamConfig] ?? undefined) !== JSON.stringify(value),
  );
}

function unsuitable(error: unknown, where: string, maxBytes: number): unknown {
  const code = jetStreamCode(error);
  if (code === undefined) return error;
  const hints: Readonly<Record<number, string>> = {
    [JETSTREAM_CODES.subjectsOverlap]:
      'another stream takes subjects below daoyu already; remove that one or use an account of its own',
    [JETSTREAM_CODES.storageExceeded]: `it has less room than DAOYU_BUS_MAX_BYTES (${maxBytes} bytes): raise max_file_store of the server or lower that setting`,
    [JETSTREAM_CODES.insufficientResources]: `it has less room or fewer servers than asked for: see max_file_store, DAOYU_BUS_MAX_BYTES (${maxBytes} bytes) and DAOYU_BUS_REPLICAS`,
  };
  const why = hints[code] ?? (error as Error).message;
  return new DaoyuError('BUS_UNSUITABLE', `NATS at ${where} will not keep the stream ${STREAM} as it must be: ${why}`, {
    cause: error,
  });
}

async function listConsumers(nats: Nats): Promise<readonly ConsumerInfo[]> {
  return await nats.ask(async () => {
    const all: ConsumerInfo[] = [];
    for await (const consumer of nats.manager.consumers.list(STREAM)) all.push(consumer);
    return all;
  });
}

/** The position of the first entry since a time; one behind the last when there is none. A consumer made for the question knows. */
async function firstSince(nats: Nats, time: Date): Promise<number> {
  const { consumers } = nats.manager;
  const probe = await nats.ask(() =>
    consumers.add(STREAM, {
      deliver_policy: 'by_start_time',
      opt_start_time: time.toISOString(),
      ack_policy: 'none',
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: 10_000 * NANOS,
    }),
  );
  await nats.ask(() => consumers.delete(STREAM, probe.name));
  return probe.delivered.stream_seq + 1;
}

function ignoreAbsent(error: unknown): undefined {
  const code = jetStreamCode(error);
  if (code === JETSTREAM_CODES.streamNotFound || code === JETSTREAM_CODES.noMessageFound) return undefined;
  throw error;
}
