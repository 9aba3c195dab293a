/** Carries the log into the store: batch by batch, as often as it takes, each reading once. */
import type { Bus, Delivery } from '../bus/bus.ts';
import { codeOf, DaoyuError } from '../errors.ts';
import type { Batch, Store } from '../store/store.ts';
import { subjects } from '../topics.ts';
import { startConsumer } from './consumer.ts';
import { type LogEntry, parseEntry } from './entry.ts';
import type { Log } from './log.ts';
import type { QuarantineEntry } from './log-entry.ts';
import { pause } from './pause.ts';
import { createRecords, payloadOf } from './quarantine-record.ts';

export const STORE_WRITER = 'store-writer';

/** After a failure of the store: soon at first, so that a hiccup is not noticed, then often enough to go on within half a minute. */
const BACKOFF_MS = [1000, 2000, 5000, 10_000, 30_000] as const;
/** Failures that come of what is written and would come again; anything else may pass, and is tried for ever. */
const OF_CONTENT = new Set(['STORE_REFUSED', 'KIND_UNKNOWN', 'FIELD_UNKNOWN']);
/** A commit of the store costs far more than a reading: what comes within a blink goes together, and is still on the page within a second. */
const LIMITS = { maxDeliveries: 256, maxBytes: 4 * 1024 * 1024, waitMs: 50 } as const;

export interface StoreWriterOptions {
  readonly bus: Pick<Bus, 'consume' | 'append' | 'status'>;
  readonly store: Pick<Store, 'write' | 'committed'>;
  readonly log: Log;
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
  let { position } = await store.committed();
  const { lastPosition } = await bus.status();
  if (lastPosition < position) {
    throw new DaoyuError(
      'LOG_REPLACED',
      `the store has taken position ${position}, but the log ends at ${lastPosition}: the log was removed or replaced; restore it, or move the store away as well`,
    );
  }
  let problem: { readonly code: string; readonly message: string } | undefined;

  async function take(deliveries: readonly Delivery[], signal: AbortSignal): Promise<void> {
    const fresh = deliveries.filter((delivery) => delivery.position > position);
    const entries = fresh.map((delivery) => ({ delivery, entry: parseEntry(delivery.data) }));
    for (const { delivery, entry } of entries) {
      if (entry !== undefined) continue;
      // Not acknowledged to anybody by us: a log too full to take the note must not hold up the readings behind it.
      await park(delivery, 'is not an entry of ours').catch((error: unknown) => {
        log.error(
          { code: codeOf(error), position: delivery.position },
          'the log did not take it into quarantine either',
        );
      });
    }
    const good = entries.flatMap(({ delivery, entry }) => (entry === undefined ? [] : [{ delivery, entry }]));
    const last = fresh.at(-1);
    if (last !== undefined) await write(good, last.position, signal);
  }

  async function write(
    entries: readonly { readonly delivery: Delivery; readonly entry: LogEntry }[],
    upTo: number,
    signal: AbortSignal,
  ): Promise<void> {
    const batch: Batch = {
      readings: entries.flatMap(({ entry }) => entry.readings),
      tallies: entries.flatMap(({ entry }) => entry.tallies),
    };
    for (let tries = 0; ; tries++) {
      signal.throwIfAborted();
      try {
        await store.write(batch, upTo);
        position = upTo;
        recovered();
        return;
      } catch (error) {
        failed(error, tries);
        if (OF_CONTENT.has(codeOf(error))) return split(entries, upTo, signal, error);
        await pause(backoffMs[Math.min(tries, backoffMs.length - 1)] ?? 0, signal);
      }
    }
  }

  /** Finds the entry that the store will not take; its readings go to quarantine and count there, the others are written. */
  async function split(
    entries: readonly { readonly delivery: Delivery; readonly entry: LogEntry }[],
    upTo: number,
    signal: AbortSignal,
    cause: unknown,
  ): Promise<void> {
    const [only] = entries;
    if (entries.length > 1) {
      for (const each of entries) await write([each], each.delivery.position, signal);
      return;
    }
    if (only === undefined) return;
    await park(only.delivery, `is refused by the store (${codeOf(cause)})`);
    if (only.entry.readings.length === 0) return;
    const tallies = only.entry.tallies.map((tally) => {
      const kept = tally.received - tally.duplicate - tally.quarantined;
      return { ...tally, quarantined: tally.quarantined + kept };
    });
    await write([{ delivery: only.delivery, entry: { readings: [], records: [], tallies } }], upTo, signal);
  }

  /** Into quarantine, so that a poisoned entry neither blocks the others nor disappears. */
  async function park(delivery: Delivery, why: string): Promise<void> {
    const { subject, data, appendedAt } = delivery;
    log.error({ subject, position: delivery.position }, `entry of the log ${why}; it goes to quarantine`);
    const owner = subject.split('.')[2] ?? 'unknown';
    const reason = { code: 'ENTRY_UNREADABLE', message: `entry ${delivery.position} of the log ${why}` } as const;
    const origin = { park: owner, device: 'unknown', topic: subject, receivedAt: appendedAt || clock() };
    const entry: QuarantineEntry = {
      version: 1,
      records: [record(origin, 'message', reason, payloadOf(Buffer.from(data)))],
      tallies: [],
    };
    await bus.append([{ subject: subjects.quarantine(owner), data: JSON.stringify(entry) }]);
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

  const consumer = await startConsumer({
    ...LIMITS,
    bus,
    name: STORE_WRITER,
    subjects: [subjects.allReadings, subjects.allQuarantine],
    log,
    take,
  });

  return {
    status: () => ({ position, ...(problem !== undefined && { problem }) }),
    close: () => consumer.close(),
  };
}
