/** Moves refused messages from the log into the shared state, and removes the oldest beyond the limits. Runs in one process at a time. */

import { codeOf } from '../../base/errors.ts';
import type { Log } from '../../base/logger.ts';
import { subjects } from '../../base/topics.ts';
import type { Bus, Delivery } from '../../bus/bus.ts';
import { startConsumer } from '../../bus/consumer.ts';
import type { BackOff } from '../../bus/handler.ts';
import { intoQuarantine, readEntries } from '../../bus/poison.ts';
import type { QuarantineRecord } from '../../bus/rejection.ts';
import type { Kv } from '../../kv/kv.ts';
import { QUARANTINE_PREFIX } from './quarantine.ts';

export const QUARANTINE_KEEPER = 'quarantine';
/** A commit costs as much as many records. */
const LIMITS = { maxDeliveries: 1024, maxBytes: 4 * 1024 * 1024, waitMs: 5 } as const;
const HOUR = 3_600_000;

export interface QuarantineKeeperOptions {
  readonly bus: Pick<Bus, 'consume' | 'append'>;
  readonly kv: Kv;
  readonly log: Log;
  readonly clock?: () => number;
  /** Of the installation, which no setting of the clock changes: by it records grow old. Default: the clock. */
  readonly age?: () => number;
  /** Older records are removed; the ledger still counts them. */
  readonly retainMs?: number;
  /** Of more the oldest go. */
  readonly maxRecords?: number;
  /** Of all payloads together; of more the oldest go. */
  readonly maxBytes?: number;
  readonly backOff?: BackOff;
}

type Kept = QuarantineRecord & { readonly keptAt: number };

export async function startQuarantineKeeper(options: QuarantineKeeperOptions): Promise<{ close(): Promise<void> }> {
  const {
    bus,
    kv,
    log,
    clock = Date.now,
    age = clock,
    retainMs = 90 * 24 * HOUR,
    maxRecords = 100_000,
    maxBytes = 1024 ** 3,
    backOff,
  } = options;
  /** Kept records, oldest first, so that making room needs no read. */
  const kept = new Map<string, { readonly keptAt: number; readonly bytes: number }>();
  let bytes = 0;
  const found: (readonly [key: string, record: Kept])[] = [];
  for await (const { key, value } of kv.list<QuarantineRecord>(QUARANTINE_PREFIX)) found.push([key, withAge(value)]);
  // Their keys sort by the clock, which may have been wrong.
  for (const [key, record] of found.sort(([, one], [, other]) => one.keptAt - other.keptAt)) note(key, record);
  // A failed removal must not stop new records from being kept.
  await tidy();

  /** Those of older versions say only when they were received. */
  function withAge(record: QuarantineRecord): Kept {
    return { ...record, keptAt: record.keptAt ?? age() - Math.max(0, clock() - record.receivedAt) };
  }

  function note(key: string, { keptAt, payload }: Kept): void {
    bytes += payload.length - (kept.get(key)?.bytes ?? 0);
    kept.set(key, { keptAt, bytes: payload.length });
  }

  /**
   * An unmarked record is only added, never overwritten: a process that was frozen here and wakes up after another took over this task must not
   * remove the mark of a record that was replayed meanwhile.
   */
  async function keep(record: QuarantineRecord, now: number): Promise<void> {
    const key = QUARANTINE_PREFIX + record.id;
    const isMarked = record.replayedAt !== undefined;
    const stamped = { ...record, keptAt: kept.get(key)?.keptAt ?? now };
    await kv.put(key, stamped, ...(isMarked ? [] : [0])).catch((error: unknown) => {
      if (codeOf(error) !== 'STATE_CONFLICT') throw error;
    });
    note(key, stamped);
  }

  async function makeRoom(): Promise<void> {
    const oldest = age() - retainMs;
    for (const [key, { keptAt, bytes: size }] of kept) {
      if (keptAt >= oldest && kept.size <= maxRecords && bytes <= maxBytes) return;
      await kv.delete(key);
      kept.delete(key);
      bytes -= size;
    }
  }

  function tidy(): Promise<void> {
    return makeRoom().catch((error: unknown) => log.warn({ code: codeOf(error) }, 'old quarantine cannot be removed'));
  }

  async function take(deliveries: readonly Delivery[]): Promise<void> {
    const now = age();
    const records = readEntries(deliveries).flatMap(({ entry }) => entry.records);
    await Promise.all(records.map((record) => keep(record, now)));
    await makeRoom();
  }

  const consumer = await startConsumer({
    ...LIMITS,
    bus,
    name: QUARANTINE_KEEPER,
    subjects: [subjects.allQuarantine],
    log,
    take,
    mayLag: () => true,
    setAside: intoQuarantine({ bus, log }),
    ...(backOff && { backOff }),
  });
  const hourly = setInterval(() => void tidy(), HOUR);
  hourly.unref();

  return {
    async close() {
      clearInterval(hourly);
      await consumer.close();
    },
  };
}
