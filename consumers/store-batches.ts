/** Writes groups of log entries into the store, each reading once: one run, from the store's position until it is closed. */

import { DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { topicsOf } from '../base/topics.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import type { BackOff, Consumer, ConsumerOptions } from '../bus/handler.ts';
import { entryOf, type LogEntry } from '../bus/parse-event.ts';
import { intoQuarantine, quarantineWriter, type ReadEntry, readEntries } from '../bus/poison.ts';
import { createRecords, randomRun, storedPayload } from '../bus/quarantine-record.ts';
import { type JudgedReading, unpacked } from '../sensors/packed-reading.ts';
import type { Reading } from '../sensors/reading.ts';
import type { Tally } from '../sensors/tally.ts';
import type { Ahead } from '../store/ahead.ts';
import type { StoreCapabilities } from '../store/capabilities.ts';
import type { Batch, ConflictingReading, RejectedReading, Store } from '../store/store.ts';

/** A commit costs far more than a reading: entries of 50 ms go together, and still reach the page within a second. */
const LIMITS = { maxDeliveries: 256, maxBytes: 4 * 1024 * 1024, waitMs: 50 } as const;
/** Where what is not committed yet is shown all the same, and whoever asks hastens the commit, a commit now and then is enough; a large backlog does not wait. */
const LATE_LIMITS = { maxDeliveries: 1024, maxBytes: 4 * 1024 * 1024, waitMs: 10_000 } as const;

/** The part of a store that a writer needs. */
export type WritableStore = Pick<Store, 'write' | 'committed' | keyof StoreCapabilities>;

/** The position of a writer. */
export interface WriterProgress {
  readonly position: number;
  /** Where the next batch must end, if one was begun before. */
  readonly pendingUpTo?: number;
}

export interface StoreBatchOptions {
  readonly bus: Pick<Bus, 'consume' | 'append'>;
  readonly store: WritableStore;
  readonly log: Log;
  readonly name: string;
  readonly subjects: readonly string[];
  readonly backOff?: BackOff | undefined;
  readonly isRemoved?: ((reading: JudgedReading) => boolean) | undefined;
  /** The store's position. */
  readonly progress: WriterProgress;
  readonly onCommitted: (position: number) => void;
  /** The store was replaced by an older copy: what it lacks has already been read from the log. */
  readonly onOlder: () => void;
}

export async function startStoreBatches(options: StoreBatchOptions): Promise<Consumer> {
  const { bus, store, log, name, subjects, backOff, onCommitted, onOlder, isRemoved = () => false } = options;
  let { progress } = options;
  const record = createRecords(randomRun());
  const quarantine = quarantineWriter({ bus, log });
  /** Set by a failure: another process may have taken over as this writer, or the store have committed a batch without being able to say so. */
  let isStale = false;

  async function renew(): Promise<void> {
    const now = await progressOf(store, name);
    if (now.position < progress.position) {
      onOlder();
      throw new DaoyuError(
        'STORE_CONFLICT',
        `the store went back from position ${progress.position} to ${now.position}; its writer begins again there`,
      );
    }
    progress = now;
  }

  /** Entries are parsed once, when they join a group; holds one group at most. */
  const parsing = new Map<number, LogEntry | undefined>();

  function parsed(delivery: Delivery): LogEntry | undefined {
    const { position } = delivery;
    return parsing.has(position) ? parsing.get(position) : entryOf(delivery);
  }

  function kept(readings: readonly JudgedReading[]): readonly JudgedReading[] {
    return readings.some(isRemoved) ? readings.filter((reading) => !isRemoved(reading)) : readings;
  }

  function show(delivery: Delivery): void {
    const entry = entryOf(delivery);
    parsing.set(delivery.position, entry);
    if (entry !== undefined) store.ahead?.show(delivery.position, kept(entry.judged));
  }

  async function take(deliveries: readonly Delivery[], _signal: AbortSignal, upTo: number): Promise<void> {
    const read = readEntries(deliveries, parsed);
    if (isStale) await renew();
    isStale = true;
    await write(read, upTo);
    isStale = false;
    parsing.clear();
  }

  /** In steps: first up to the end of a batch that was begun before, if any. */
  async function write(read: readonly ReadEntry[], upTo: number): Promise<void> {
    while (progress.position < upTo) {
      const end = progress.pendingUpTo ?? upTo;
      // Another process began a batch that ends behind this group: only a new group can end there.
      if (end > upTo)
        throw new DaoyuError('STORE_CONFLICT', `a batch up to position ${end} was begun, ours ends at ${upTo}`);
      const entries = read.filter(({ delivery: { position } }) => position > progress.position && position <= end);
      const all = entries.flatMap(({ entry }) => entry.judged);
      const removed = all.filter(isRemoved);
      const batch: Batch = {
        readings: kept(all),
        tallies: [...entries.flatMap(({ entry }) => entry.tallies), ...removed.map(countedAsQuarantined)],
      };
      await store.write(batch, end, { writer: name, after: progress.position, onConflict });
      progress = { position: end };
      onCommitted(end);
      // After the commit: a store that fails is asked again and again, and each time would make new records.
      await keepRemoved(removed.map(unpacked));
    }
  }

  /** What was on its way to the log when its device was removed with its readings. */
  async function keepRemoved(removed: readonly Reading[]): Promise<void> {
    if (removed.length === 0) return;
    const message = 'received before its device was removed with its readings, and on the log only afterwards';
    await quarantine(
      removed.map((reading) => {
        const { park, device, receivedAt } = reading;
        const origin = { park, device, topic: topicsOf({ park, device }).telemetry, receivedAt };
        return record(origin, 'reading', { code: 'DEVICE_REMOVED', message }, storedPayload(reading));
      }),
    );
  }

  /** Readings that the store will never accept go to quarantine, so that they neither block their neighbours nor disappear. */
  async function keepRejected(refused: readonly RejectedReading[]): Promise<void> {
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

  /** A different value for a time already stored, older than what intake remembers: the first stays, the other goes to quarantine. */
  async function onConflict(conflicting: readonly ConflictingReading[]): Promise<void> {
    await quarantine(
      conflicting.map(({ reading, stored, isWhole }) => {
        const { park, device, receivedAt } = reading;
        const origin = { park, device, topic: topicsOf({ park, device }).telemetry, receivedAt };
        const [[field, before] = ['', 0]] = Object.entries(stored);
        const message = `${field} is ${reading.values[field]}, but ${before} is stored for the same time: one time, one value; the first stays`;
        const scope = isWhole ? 'reading' : 'field';
        return record(origin, scope, { code: 'READING_CONFLICT', field, message }, storedPayload(reading));
      }),
    );
  }

  const stopKeeping = store.rejectedPoints?.onRejected(name, keepRejected);
  const consumer = await startConsumer({
    ...(store.ahead ? { ...LATE_LIMITS, onHeld: show, ...promptedBy(store.ahead) } : LIMITS),
    reach: () => progress.pendingUpTo ?? 0,
    passed: () => progress.position,
    bus,
    name,
    subjects,
    log,
    take,
    setAside: intoQuarantine({ bus, log }),
    ...(backOff && { backOff }),
  });
  return {
    ...consumer,
    async close() {
      await consumer.close();
      stopKeeping?.();
    },
  };
}

const countedAsQuarantined = ({ park, device }: JudgedReading): Tally => ({
  ...{ park, device, received: 0, duplicate: 0, quarantined: 1 },
});

const promptedBy = ({ onAsked }: Ahead): Pick<ConsumerOptions, 'hastenedBy' | 'hurriedBy' | 'mayLag'> => ({
  mayLag: () => true,
  hastenedBy: (hasten) => onAsked('committed', hasten),
  hurriedBy: (hurry) => onAsked('shown', hurry),
});

export async function progressOf(
  store: Pick<Store, 'committed' | 'checkpoint'>,
  name: string,
): Promise<WriterProgress> {
  const { writers } = await store.committed();
  const { position } = writers[name] ?? { position: 0 };
  const pendingUpTo = await store.checkpoint?.pendingUpTo(name);
  return { position, ...(pendingUpTo !== undefined && { pendingUpTo }) };
}
