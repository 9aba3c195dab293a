/** Writes groups of log entries into the store, each reading once: one run, from the store's position until it is closed. */

import { DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import type { Bus, Delivery } from '../bus/bus.ts';
import { startConsumer } from '../bus/consumer.ts';
import type { BackOff, Consumer, ConsumerOptions } from '../bus/handler.ts';
import { entryOf, type LogEntry } from '../bus/parse-event.ts';
import { intoQuarantine, type ReadEntry, readEntries } from '../bus/poison.ts';
import { type JudgedReading, unpacked } from '../sensors/packed-reading.ts';
import type { Tally } from '../sensors/tally.ts';
import type { Ahead } from '../store/ahead.ts';
import type { StoreCapabilities } from '../store/capabilities.ts';
import type { Batch, Store } from '../store/store.ts';
import { createStoreRejections } from './store-rejections.ts';

/** A commit costs far more than a reading: entries of 50 ms share one, and still reach the page within a second. */
const LIMITS = { maxDeliveries: 256, maxBytes: 4 * 1024 * 1024, waitMs: 50 } as const;
/** For stores that also show uncommitted readings, and commit on demand: rare commits suffice; a large backlog does not wait. */
const LATE_LIMITS = { maxDeliveries: 1024, maxBytes: 4 * 1024 * 1024, waitMs: 10_000 } as const;

/** The part of a store that a writer needs. */
export type WritableStore = Pick<Store, 'write' | 'committed' | keyof StoreCapabilities>;

/** The position of a writer. */
export interface WriterProgress {
  readonly position: number;
  /** Where the next batch must end, if one was started before. */
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
  /** The store was replaced by an older copy, which lacks entries already read from the log. */
  readonly onOlder: () => void;
}

export async function startStoreBatches(options: StoreBatchOptions): Promise<Consumer> {
  const { bus, store, log, name, subjects, backOff, onCommitted, onOlder, isRemoved = () => false } = options;
  let { progress } = options;
  const rejections = createStoreRejections(bus, log);
  /** Set by a failure: another process may have taken over as this writer, or the store may have committed a batch without an answer. */
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

  /** Entries parsed when they joined a group; at most one group. */
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

  /** In steps: first up to the end of a batch that was started before, if any. */
  async function write(read: readonly ReadEntry[], upTo: number): Promise<void> {
    while (progress.position < upTo) {
      const end = progress.pendingUpTo ?? upTo;
      // Another process started a batch that ends after this group: only a new group can end there.
      if (end > upTo)
        throw new DaoyuError('STORE_CONFLICT', `a batch up to position ${end} was started, ours ends at ${upTo}`);
      const entries = read.filter(({ delivery: { position } }) => position > progress.position && position <= end);
      const all = entries.flatMap(({ entry }) => entry.judged);
      const removed = all.filter(isRemoved);
      const batch: Batch = {
        readings: kept(all),
        tallies: [...entries.flatMap(({ entry }) => entry.tallies), ...removed.map(countedAsQuarantined)],
      };
      await store.write(batch, end, { writer: name, after: progress.position, onConflict: rejections.conflicting });
      progress = { position: end };
      onCommitted(end);
      // After the commit, because each retry of a failing store would create new records.
      await rejections.removed(removed.map(unpacked));
    }
  }

  const stopKeeping = store.rejectedPoints?.onRejected(name, rejections.rejected);
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
