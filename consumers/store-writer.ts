/** Carries the log into the store: batch by batch, as often as it takes, each reading once. */

import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { pause } from '../base/pause.ts';
import { subjects, topicsOf } from '../base/topics.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import type { QuarantineEntry } from '../bus/events.ts';
import { type LogEntry, parseEntry } from '../bus/parse-event.ts';
import { createRecords, payloadOf, randomRun, storedPayload } from '../bus/quarantine-record.ts';
import type { QuarantineRecord } from '../bus/rejection.ts';
import { type Batch, DEFAULT_WRITER, type Progress, type RejectedReading, type Store } from '../store/store.ts';

/** After a failure of the store: soon at first, so that a hiccup is not noticed, then often enough to go on within half a minute. */
const BACKOFF_MS = [1000, 2000, 5000, 10_000, 30_000] as const;
/** A commit of the store costs far more than a reading: what comes within a blink goes together, and is still on the page within a second. */
const LIMITS = { maxDeliveries: 256, maxBytes: 4 * 1024 * 1024, waitMs: 50 } as const;

export interface StoreWriterOptions {
  readonly bus: Pick<Bus, 'consume' | 'append' | 'status'>;
  readonly store: Pick<Store, 'write' | 'committed'>;
  readonly log: Log;
  /** Names the writer in the store and its consumer of the log; several share the work when no device's readings come to two of them. */
  readonly name?: string;
  /** What it writes; by default all readings, and the quarantine for its counts. */
  readonly subjects?: readonly string[];
  readonly clock?: () => number;
  readonly backoffMs?: readonly number[];
}

export interface StoreWriter {
  status(): { readonly position: number; readonly problem?: { readonly code: string; readonly message: string } };
  /** Finishes the write under way; what is not written yet stays on the log. */
  close(): Promise<void>;
}

interface Taken {
  readonly delivery: Delivery;
  readonly entry: LogEntry;
}

/**
 * The store commits readings and position together; what comes again from at or below that position is skipped, entry by entry, so a
 * crash between its commit and our acknowledgement repeats nothing. While it fails the log keeps everything: nothing is given up, however
 * long it takes. Rejects with `LOG_REPLACED` when the store is ahead of the log, because new entries would look like old ones to it.
 */
export async function startStoreWriter(options: StoreWriterOptions): Promise<StoreWriter> {
  const { bus, store, log, name = DEFAULT_WRITER, clock = Date.now, backoffMs = BACKOFF_MS } = options;
  const record = createRecords(randomRun());
  let progress = await progressNow();
  const { lastPosition } = await bus.status();
  const reached = progress.pendingUpTo ?? progress.position;
  if (lastPosition < reached) {
    throw new DaoyuError(
      'LOG_REPLACED',
      `the store has taken position ${reached}, but the log ends at ${lastPosition}: the log was removed or replaced; restore it, or move the store away as well`,
    );
  }
  let problem: { readonly code: string; readonly message: string } | undefined;

  async function progressNow(): Promise<Progress> {
    const { writers } = await store.committed();
    return writers[name] ?? { position: 0 };
  }

  async function take(deliveries: readonly Delivery[], signal: AbortSignal): Promise<void> {
    const fresh = deliveries.filter((delivery) => delivery.position > progress.position);
    const entries = fresh.map((delivery) => ({ delivery, entry: parseEntry(delivery.data) }));
    for (const { delivery, entry } of entries) {
      if (entry !== undefined) continue;
      const { subject, position } = delivery;
      log.error({ subject, position }, 'entry of the log is not one of ours; it goes to quarantine');
      await note(subject, unreadable(delivery));
    }
    const last = fresh.at(-1);
    if (last === undefined) return;
    await write(
      entries.flatMap(({ delivery, entry }) => (entry === undefined ? [] : [{ delivery, entry }])),
      last.position,
      signal,
    );
  }

  /** In steps: first up to where a batch was begun before, if one was. */
  async function write(taken: readonly Taken[], upTo: number, signal: AbortSignal): Promise<void> {
    for (let tries = 0; progress.position < upTo; ) {
      signal.throwIfAborted();
      const end = progress.pendingUpTo ?? upTo;
      // Another process began a batch that goes on behind ours: only a new group can end where it ends.
      if (end > upTo)
        throw new DaoyuError('STORE_CONFLICT', `a batch up to position ${end} was begun, ours ends at ${upTo}`);
      const entries = taken.filter(({ delivery: { position } }) => position > progress.position && position <= end);
      const batch: Batch = {
        readings: entries.flatMap(({ entry }) => entry.readings),
        tallies: entries.flatMap(({ entry }) => entry.tallies),
      };
      try {
        await store.write(batch, end, { writer: name, onRejected });
        progress = { position: end };
        recovered();
      } catch (error) {
        failed(error, tries);
        await pause(backoffMs[Math.min(tries, backoffMs.length - 1)] ?? 0, signal);
        tries += 1;
        // Committed although it failed to say so, or by another process: goes on behind it.
        progress = await progressNow().catch(() => progress);
      }
    }
  }

  /** What the store will never take goes to quarantine, so that it neither blocks its neighbours nor disappears. */
  async function onRejected(refused: readonly RejectedReading[]): Promise<void> {
    const [first] = refused;
    if (first === undefined) return;
    log.error({ readings: refused.length, reason: first.reason }, 'store refuses readings; they go to quarantine');
    for (const [park, ofPark] of groupByPark(refused)) {
      await note(
        subjects.quarantine({ park, device: 'unknown' }),
        ofPark.map(({ reading, reason }) => {
          const { device, receivedAt } = reading;
          const origin = { park, device, topic: topicsOf({ park, device }).telemetry, receivedAt };
          return record(origin, 'reading', { code: 'STORE_REFUSED', message: reason }, storedPayload(reading));
        }),
      );
    }
  }

  function unreadable({ subject, data, position, appendedAt }: Delivery): readonly QuarantineRecord[] {
    const park = subject.split('.')[2] ?? 'unknown';
    const message = `entry ${position} of the log is not an entry of ours`;
    const origin = { park, device: 'unknown', topic: subject, receivedAt: appendedAt || clock() };
    return [record(origin, 'message', { code: 'ENTRY_UNREADABLE', message }, payloadOf(Buffer.from(data)))];
  }

  /** Into quarantine. Not acknowledged to anybody by us: a log too full to take the note must not hold up the readings behind it. */
  async function note(subject: string, records: readonly QuarantineRecord[]): Promise<void> {
    const entry: QuarantineEntry = { version: 1, records, tallies: [] };
    const park = subject.split('.')[2] ?? 'unknown';
    await bus
      .append([{ subject: subjects.quarantine({ park, device: 'unknown' }), data: JSON.stringify(entry) }])
      .catch((error: unknown) => {
        log.error({ code: codeOf(error), subject }, 'the log did not take it into quarantine either');
      });
  }

  function failed(error: unknown, tries: number): void {
    const message = error instanceof Error ? error.message : String(error);
    if (problem === undefined) log.warn({ code: codeOf(error), tries }, `store does not take readings: ${message}`);
    problem = { code: codeOf(error), message };
  }

  function recovered(): void {
    if (problem !== undefined) log.info({ position: progress.position }, 'store takes readings again');
    problem = undefined;
  }

  const consumer = await startConsumer({
    ...LIMITS,
    reach: () => progress.pendingUpTo ?? 0,
    passed: () => progress.position,
    bus,
    name,
    subjects: options.subjects ?? [subjects.allReadings, subjects.allQuarantine],
    log,
    take,
  });

  return {
    status: () => ({ position: progress.position, ...(problem !== undefined && { problem }) }),
    close: () => consumer.close(),
  };
}

function groupByPark(refused: readonly RejectedReading[]): Map<string, RejectedReading[]> {
  const parks = new Map<string, RejectedReading[]>();
  for (const each of refused) parks.set(each.reading.park, [...(parks.get(each.reading.park) ?? []), each]);
  return parks;
}
