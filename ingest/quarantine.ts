/** What was refused, kept for people: moved from the log into the shared state, listed, and replayed once the mapping is mended. */
import type { Bus, Delivery } from '../bus/bus.ts';
import { codeOf, DaoyuError } from '../errors.ts';
import type { Kind } from '../sensors/kind.ts';
import type { State } from '../state/state.ts';
import { subjects } from '../topics.ts';
import { startConsumer } from './consumer.ts';
import { parseEntry } from './entry.ts';
import type { Log } from './log.ts';
import { pause } from './pause.ts';
import type { Registry } from './registry.ts';
import type { QuarantineRecord } from './rejection.ts';
import { createReplay, type ReplayOutcome } from './replay.ts';

export const QUARANTINE_KEEPER = 'quarantine';
const PREFIX = 'quarantine/';
const LIMITS = { maxDeliveries: 128, maxBytes: 4 * 1024 * 1024, waitMs: 5 } as const;
const HOUR = 3_600_000;

export interface QuarantineOptions {
  readonly bus: Pick<Bus, 'append' | 'consume'>;
  readonly state: State;
  readonly registry: Pick<Registry, 'device'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly log: Log;
  readonly clock?: () => number;
  /** Older records go; the ledger keeps counting them. */
  readonly retainMs?: number;
  /** Of more the oldest go. */
  readonly maxRecords?: number;
  /** Of all payloads together; of more the oldest go. */
  readonly maxBytes?: number;
}

export interface QuarantineQuery {
  readonly park?: string;
  readonly device?: string;
  readonly code?: string;
  readonly before?: string;
  readonly limit: number;
}

export interface OpenQuarantine {
  list(query: QuarantineQuery): Promise<readonly QuarantineRecord[]>;
  get(id: string): Promise<QuarantineRecord | undefined>;
  /**
   * Decodes a record again with the device's present mapping and the time at which it was received. What is good now goes onto the log like
   * any reading; the ledger moves it from quarantined to what it became, in the same append that marks the record. A value that
   * was withheld joins its reading in the store, counted as one more reading received. Still refused: nothing changes, and it can be tried again.
   * Rejects with `QUARANTINE_UNKNOWN`, `QUARANTINE_REPLAYED`.
   */
  replay(id: string): Promise<ReplayOutcome>;
  close(): Promise<void>;
}

export async function openQuarantine(options: QuarantineOptions): Promise<OpenQuarantine> {
  const {
    bus,
    state,
    log,
    clock = Date.now,
    retainMs = 90 * 24 * HOUR,
    maxRecords = 100_000,
    maxBytes = 1024 ** 3,
  } = options;
  const underWay = new Set<string>();
  const replayAgain = createReplay({ ...options, clock });
  /** What there is, oldest first, so that making room need not read it. */
  const kept = new Map<string, { readonly receivedAt: number; readonly bytes: number }>();
  let bytes = 0;
  for await (const { key, value } of state.list<QuarantineRecord>(PREFIX)) note(key, value);
  await makeRoom();

  function note(key: string, { receivedAt, payload }: QuarantineRecord): void {
    bytes += payload.length - (kept.get(key)?.bytes ?? 0);
    kept.set(key, { receivedAt, bytes: payload.length });
  }

  async function makeRoom(): Promise<void> {
    const oldest = clock() - retainMs;
    for (const [key, { receivedAt, bytes: size }] of kept) {
      if (receivedAt >= oldest && kept.size <= maxRecords && bytes <= maxBytes) return;
      await state.delete(key);
      kept.delete(key);
      bytes -= size;
    }
  }

  async function take(deliveries: readonly Delivery[], signal: AbortSignal): Promise<void> {
    const records = deliveries.flatMap(({ data }) => parseEntry(data)?.records ?? []);
    const items = records.map((record) => ({ key: PREFIX + record.id, value: record }));
    for (;;) {
      signal.throwIfAborted();
      try {
        await state.putAll(items);
        for (const { key, value } of items) note(key, value);
        await makeRoom();
        return;
      } catch (error) {
        log.warn({ code: codeOf(error) }, 'quarantine cannot be kept; trying again');
        await pause(1000, signal);
      }
    }
  }

  async function get(id: string): Promise<QuarantineRecord | undefined> {
    if (!/^[0-9a-z-]{1,64}$/.test(id)) return undefined;
    return (await state.get<QuarantineRecord>(PREFIX + id))?.value;
  }

  async function replay(id: string): Promise<ReplayOutcome> {
    const record = await get(id);
    if (record === undefined) throw new DaoyuError('QUARANTINE_UNKNOWN', `no record ${id} in quarantine`);
    if (record.replayedAt !== undefined || underWay.has(id)) {
      throw new DaoyuError('QUARANTINE_REPLAYED', `record ${id} was replayed already`);
    }
    underWay.add(id);
    try {
      const { outcome, marked } = await replayAgain(record);
      // The consumer will write the same; written here too, so that the next look at it shows it. A failure does not matter then.
      if (marked !== undefined) {
        await state
          .put(PREFIX + id, marked)
          .catch((error: unknown) => log.warn({ code: codeOf(error) }, 'mark comes later'));
      }
      return outcome;
    } finally {
      underWay.delete(id);
    }
  }

  const consumer = await startConsumer({
    ...LIMITS,
    bus,
    name: QUARANTINE_KEEPER,
    subjects: [subjects.allQuarantine],
    log,
    take,
  });
  const hourly = setInterval(() => {
    makeRoom().catch((error: unknown) => log.warn({ code: codeOf(error) }, 'old quarantine cannot be removed'));
  }, HOUR);
  hourly.unref();

  return {
    async list({ park, device, code, before, limit }) {
      const found: QuarantineRecord[] = [];
      const pages = state.list<QuarantineRecord>(PREFIX, {
        reverse: true,
        ...(before !== undefined && { after: PREFIX + before }),
      });
      if (limit <= 0) return found;
      for await (const { value } of pages) {
        if (park !== undefined && value.park !== park) continue;
        if (device !== undefined && value.device !== device) continue;
        if (code !== undefined && value.reason.code !== code) continue;
        found.push(value);
        if (found.length >= limit) break;
      }
      return found;
    },
    get,
    replay,
    async close() {
      clearInterval(hourly);
      await consumer.close();
    },
  };
}
