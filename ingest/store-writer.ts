/** Carries the log into the store: batch by batch, as often as it takes, each reading once. */
import type { Bus, Delivery } from '../bus/bus.ts';
import { codeOf, DaoyuError } from '../errors.ts';
import type { Batch, Store } from '../store/store.ts';
import { subjects } from '../topics.ts';
import { type LogEntry, parseEntry } from './entry.ts';
import { gather } from './gather.ts';
import type { QuarantineEntry } from './log-entry.ts';
import { pause } from './pause.ts';
import { createRecords } from './quarantine-record.ts';

export const STORE_WRITER = 'store-writer';

/** After a failure of the store: soon at first, so that a hiccup is not noticed, then often enough to go on within half a minute. */
const BACKOFF_MS = [1000, 2000, 5000, 10_000, 30_000] as const;
/** A store that refuses a batch so often for a reason of its content gets its entries one by one. */
const TRIES_BEFORE_SPLITTING = 3;
/** A commit of the store costs far more than a reading: what comes within a blink goes together, and is still on the page within a second. */
const LIMITS = { maxDeliveries: 256, maxBytes: 4 * 1024 * 1024, waitMs: 50 } as const;

export interface StoreWriterLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface StoreWriterOptions {
  readonly bus: Pick<Bus, 'consume' | 'append' | 'status'>;
  readonly store: Pick<Store, 'write' | 'committed'>;
  readonly log: StoreWriterLog;
  readonly clock?: () => number;
  readonly backoffMs?: readonly number[];
}

export interface StoreWriter {
  status(): { readonly position: number; readonly problem?: { readonly code: string; readonly message: string } };
  /** Finishes the write under way; what is not written yet stays on the log. */
  close(): Promise<void>;
}

/**
 * The store commits readings and position together; what comes again from at or below that position is skipped, entry by entry, so a
 * crash between its commit and our acknowledgement repeats nothing. While it fails the log keeps everything: nothing is given up, however
 * long it takes. Rejects with `LOG_REPLACED` when the store is ahead of the log, because new entries would look like old ones to it.
 */
export async function startStoreWriter(options: StoreWriterOptions): Promise<StoreWriter> {
  const { bus, store, log, clock = Date.now, backoffMs = BACKOFF_MS } = options;
  const record = createRecords('writer');
  const stopping = new AbortController();
  let { position } = await store.committed();
  const { lastPosition } = await bus.status();
  if (lastPosition < position) {
    throw new DaoyuError(
      'LOG_REPLACED',
      `the store has taken position ${position}, but the log ends at ${lastPosition}: the log was removed or replaced; restore it, or move the store away as well`,
    );
  }
  const consumption = await bus.consume({
    name: STORE_WRITER,
    subjects: [subjects.allReadings, subjects.allQuarantine],
    from: 'first',
    maxInFlight: 2 * LIMITS.maxDeliveries,
  });
  let problem: { readonly code: string; readonly message: string } | undefined;

  async function run(): Promise<void> {
    for await (const deliveries of gather(consumption, LIMITS)) {
      if (stopping.signal.aborted) return;
      if (!(await writeAll(deliveries))) return;
      for (const delivery of deliveries) delivery.ack();
    }
  }

  /** False when stopped before it was done. */
  async function writeAll(deliveries: readonly Delivery[]): Promise<boolean> {
    const fresh = deliveries.filter((delivery) => delivery.position > position);
    const entries = fresh.map((delivery) => ({ delivery, entry: parseEntry(delivery.data) }));
    for (const { delivery, entry } of entries) if (entry === undefined) await park(delivery, 'is not an entry of ours');
    const good = entries.flatMap(({ delivery, entry }) => (entry === undefined ? [] : [{ delivery, entry }]));
    const last = fresh.at(-1);
    return last === undefined ? !stopping.signal.aborted : write(good, last.position);
  }

  async function write(
    entries: readonly { readonly delivery: Delivery; readonly entry: LogEntry }[],
    upTo: number,
  ): Promise<boolean> {
    const batch: Batch = {
      readings: entries.flatMap(({ entry }) => entry.readings),
      tallies: entries.flatMap(({ entry }) => entry.tallies),
    };
    for (let tries = 0; !stopping.signal.aborted; tries++) {
      try {
        await store.write(batch, upTo);
        position = upTo;
        recovered();
        return true;
      } catch (error) {
        failed(error, tries);
        const isOfContent = codeOf(error) !== 'STORE_UNAVAILABLE' && tries + 1 >= TRIES_BEFORE_SPLITTING;
        if (isOfContent) return split(entries, upTo, error);
        await pause(backoffMs[Math.min(tries, backoffMs.length - 1)] ?? 0, stopping.signal);
      }
    }
    return false;
  }

  /** Finds the entry that the store will not take; its readings go to quarantine and count there, the others are written. */
  async function split(
    entries: readonly { readonly delivery: Delivery; readonly entry: LogEntry }[],
    upTo: number,
    cause: unknown,
  ): Promise<boolean> {
    const [only] = entries;
    if (entries.length > 1) {
      for (const each of entries) if (!(await write([each], each.delivery.position))) return false;
      return true;
    }
    if (only === undefined) return true;
    if (only.entry.readings.length === 0) {
      await park(only.delivery, `is refused by the store (${codeOf(cause)})`);
      return true;
    }
    await park(only.delivery, `is refused by the store (${codeOf(cause)})`);
    const tallies = only.entry.tallies.map((tally) => {
      const kept = tally.received - tally.duplicate - tally.quarantined;
      return { ...tally, quarantined: tally.quarantined + kept };
    });
    return write([{ delivery: only.delivery, entry: { readings: [], records: [], tallies } }], upTo);
  }

  /** Into quarantine, so that a poisoned entry neither blocks the others nor disappears. */
  async function park(delivery: Delivery, why: string): Promise<void> {
    const { subject, data, appendedAt } = delivery;
    log.error({ subject, position: delivery.position }, `entry of the log ${why}; it goes to quarantine`);
    const owner = subject.split('.')[2] ?? 'unknown';
    const reason = { code: 'ENTRY_UNREADABLE', message: `entry ${delivery.position} of the log ${why}` } as const;
    const origin = { park: owner, device: 'unknown', topic: subject, receivedAt: appendedAt || clock() };
    const kept = { payload: data.slice(0, 64 * 1024), payloadEncoding: 'utf8' } as const;
    const entry: QuarantineEntry = { version: 1, records: [record(origin, 'message', reason, kept)], tallies: [] };
    await bus
      .append([{ subject: subjects.quarantine(owner), data: JSON.stringify(entry) }])
      .catch((error: unknown) => log.error({ code: codeOf(error), subject }, 'the log did not take it either'));
  }

  function failed(error: unknown, tries: number): void {
    const message = error instanceof Error ? error.message : String(error);
    if (problem === undefined) log.warn({ code: codeOf(error), tries }, `store does not take readings: ${message}`);
    problem = { code: codeOf(error), message };
  }

  function recovered(): void {
    if (problem !== undefined) log.info({ position }, 'store takes readings again');
    problem = undefined;
  }

  const running = run().catch((error: unknown) => {
    problem = { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
    log.error({ code: codeOf(error), err: error }, 'store writer ended');
  });

  return {
    status: () => ({ position, ...(problem !== undefined && { problem }) }),
    async close() {
      stopping.abort();
      await consumption.close();
      await running;
    },
  };
}
