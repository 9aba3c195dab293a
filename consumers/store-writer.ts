/** Carries the log into the store: batch by batch, as often as it takes, each reading once. */

import { DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { subjects, topicsOf } from '../base/topics.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import type { BackOff, Consumer } from '../bus/handler.ts';
import { intoQuarantine, quarantineWriter, type ReadEntry, readEntries } from '../bus/poison.ts';
import { createRecords, randomRun, storedPayload } from '../bus/quarantine-record.ts';
import { type Batch, DEFAULT_WRITER, type Progress, type RejectedReading, type Store } from '../store/store.ts';

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
  readonly backOff?: BackOff;
}

/**
 * The store commits readings and position together; what comes again from at or below that position is skipped, entry by entry, so a
 * crash between its commit and our acknowledgement repeats nothing. While it fails the log keeps everything: nothing is given up, however
 * long it takes. Rejects with `LOG_REPLACED` when the store is ahead of the log, because new entries would look like old ones to it.
 */
export async function startStoreWriter(options: StoreWriterOptions): Promise<Consumer> {
  const { bus, store, log, name = DEFAULT_WRITER, backOff } = options;
  const record = createRecords(randomRun());
  const quarantine = quarantineWriter({ bus, log });
  let progress = await progressNow();
  const { lastPosition } = await bus.status();
  const reached = progress.pendingUpTo ?? progress.position;
  if (lastPosition < reached) {
    throw new DaoyuError(
      'LOG_REPLACED',
      `the store has taken position ${reached}, but the log ends at ${lastPosition}: the log was removed or replaced; restore it, or move the store away as well`,
    );
  }
  /** After a failure: another process may have gone on as this writer, or the store have committed what it could not say. */
  let isStale = false;

  async function progressNow(): Promise<Progress> {
    const { writers } = await store.committed();
    return writers[name] ?? { position: 0 };
  }

  async function take(deliveries: readonly Delivery[], _signal: AbortSignal, upTo: number): Promise<void> {
    const read = readEntries(deliveries);
    if (isStale) progress = await progressNow();
    isStale = true;
    await write(read, upTo);
    isStale = false;
  }

  /** In steps: first up to where a batch was begun before, if one was. */
  async function write(read: readonly ReadEntry[], upTo: number): Promise<void> {
    while (progress.position < upTo) {
      const end = progress.pendingUpTo ?? upTo;
      // Another process began a batch that goes on behind ours: only a new group can end where it ends.
      if (end > upTo)
        throw new DaoyuError('STORE_CONFLICT', `a batch up to position ${end} was begun, ours ends at ${upTo}`);
      const entries = read.filter(({ delivery: { position } }) => position > progress.position && position <= end);
      const batch: Batch = {
        readings: entries.flatMap(({ entry }) => entry.readings),
        tallies: entries.flatMap(({ entry }) => entry.tallies),
      };
      await store.write(batch, end, { writer: name, onRejected });
      progress = { position: end };
    }
  }

  /** What the store will never take goes to quarantine, so that it neither blocks its neighbours nor disappears. */
  async function onRejected(refused: readonly RejectedReading[]): Promise<void> {
    const [first] = refused;
    if (first === undefined) return;
    log.error({ readings: refused.length, reason: first.reason }, 'store refuses readings; they go to quarantine');
    await quarantine(
      refused.map(({ reading, reason }) => {
        const { park, device, receivedAt } = reading;
        const origin = { park, device, topic: topicsOf({ park, device }).telemetry, receivedAt };
        return record(origin, 'reading', { code: 'STORE_REFUSED', message: reason }, storedPayload(reading));
      }),
    );
  }

  return await startConsumer({
    ...LIMITS,
    reach: () => progress.pendingUpTo ?? 0,
    passed: () => progress.position,
    bus,
    name,
    subjects: options.subjects ?? [subjects.allReadings, subjects.allQuarantine],
    log,
    take,
    setAside: intoQuarantine({ bus, log }),
    ...(backOff && { backOff }),
  });
}
