/** Writes the log into the store in batches, each reading once; retries without end and restarts when store and log no longer match. */

import { codeOf, DaoyuError } from '../base/errors.ts';
import type { Log } from '../base/logger.ts';
import { pause } from '../base/pause.ts';
import { subjects as known } from '../base/topics.ts';
import type { Bus } from '../bus/bus.ts';
import type { BackOff, Consumer } from '../bus/handler.ts';
import type { JudgedReading } from '../sensors/packed-reading.ts';
import { DEFAULT_WRITER } from '../store/store.ts';
import { progressOf, startStoreBatches, type WritableStore } from './store-batches.ts';
import { alignWithStore, type PositionNote } from './store-position.ts';

export interface StoreWriterOptions {
  readonly bus: Pick<Bus, 'consume' | 'append' | 'status' | 'forget'>;
  readonly store: WritableStore;
  readonly log: Log;
  /** Name of the writer in the store and of its consumer of the log. Several writers share the work if each device belongs to one of them. */
  readonly name?: string;
  /** Subjects to write; by default all readings, and the quarantine for its counts. */
  readonly subjects?: readonly string[];
  readonly backOff?: BackOff;
  /** Readings that must not be stored: their device was removed with its readings. They go to quarantine. */
  readonly isRemoved?: (reading: JudgedReading) => boolean;
  /** For a store that may be restored or deleted independently of the log. */
  readonly note?: PositionNote;
  readonly acceptsGap?: boolean;
  /**
   * How long to ask again when the log seems to end before the position of the store, before it counts as replaced; default 0.
   * In a cluster, a lagging server may answer for a while after the leader died.
   */
  readonly doubtMs?: number;
}

/** Interval of requests to a log whose answer may be outdated. */
const DOUBT_EVERY_MS = 500;

/** Short enough to notice a restored file soon. */
const AGAIN_AFTER: BackOff = { firstMs: 1000, maxMs: 15_000 };

/**
 * The store commits readings and position together. Redelivered entries at or below that position are skipped one by one, so a crash
 * between the commit and the acknowledgement repeats nothing. While the store fails, cannot be opened or is too old, the log keeps
 * everything. Rejects with `LOG_REPLACED` if the store is ahead of the log: it would take new entries for old ones.
 */
export async function startStoreWriter(options: StoreWriterOptions): Promise<Consumer> {
  const { bus, store, log, name = DEFAULT_WRITER, note, acceptsGap = false, doubtMs = 0, ...rest } = options;
  const { backOff, isRemoved } = rest;
  const subjects = rest.subjects ?? [known.allReadings, known.allQuarantine];
  const stopping = new AbortController();
  const { signal } = stopping;
  let batches: Consumer | undefined;
  let problem: ReturnType<Consumer['status']>['problem'];
  /** Ends a run of batches: the store was replaced by an older copy, or the writer closes. */
  let endRun = () => {};
  let runEnded = Promise.resolve();

  /** The last position of the log; asks again while the answer may be outdated. */
  async function endOfLog(reached: number): Promise<number> {
    const askedSince = performance.now();
    for (let isSaid = false; ; isSaid = true) {
      const { lastPosition } = await bus.status();
      if (lastPosition >= reached || signal.aborted || performance.now() - askedSince >= doubtMs) return lastPosition;
      if (!isSaid)
        log.warn(
          { consumer: name, lastPosition, reached },
          `the log reports ${lastPosition} as its last position, but the store has taken ${reached}: not sure yet whether the log was replaced, because a NATS server may lag behind; asking again`,
        );
      await pause(DOUBT_EVERY_MS, signal);
    }
  }

  async function begin(): Promise<void> {
    const progress = await progressOf(store, name);
    const reached = progress.pendingUpTo ?? progress.position;
    const lastPosition = await endOfLog(reached);
    if (lastPosition < reached) {
      throw new DaoyuError(
        'LOG_REPLACED',
        `the store has taken position ${reached}, but the log ends at ${lastPosition}: the log was removed or replaced; restore it, or move the store away as well`,
      );
    }
    if (note !== undefined) await alignWithStore({ bus, name, subjects, progress, note, acceptsGap });
    const { promise, resolve } = deferred();
    [runEnded, endRun] = [promise, resolve];
    const onCommitted = (position: number) => note?.passed(position);
    batches = await startStoreBatches({
      ...{ bus, store, log, name, subjects, backOff, isRemoved, progress, onCommitted, onOlder: resolve },
    });
    if (problem !== undefined) log.info({ consumer: name, position: progress.position }, `${name} works again`);
    problem = undefined;
  }

  function failed(error: unknown): void {
    const code = codeOf(error);
    const message = error instanceof Error ? error.message : String(error);
    if (problem?.code !== code) log.error({ consumer: name, code }, `${name} cannot start, and retries: ${message}`);
    problem = { code, message };
  }

  async function supervise(): Promise<void> {
    const { firstMs, maxMs } = backOff ?? AGAIN_AFTER;
    for (let failures = 0; !signal.aborted; ) {
      if (batches !== undefined) {
        failures = 0;
        await runEnded;
        await batches.close();
        batches = undefined;
        continue;
      }
      await begin().catch(async (error: unknown) => {
        failed(error);
        await pause(Math.min(maxMs, firstMs * 2 ** Math.min(failures, 30)), signal);
        failures += 1;
      });
    }
  }

  try {
    await begin();
  } catch (error) {
    if (codeOf(error) === 'LOG_REPLACED') throw error;
    failed(error);
    await holdLog(bus, name, subjects);
  }
  const supervising = supervise();

  return {
    status: () => {
      if (batches === undefined) return { position: 0, ...(problem && { problem }) };
      return batches.status();
    },
    async close() {
      stopping.abort();
      endRun();
      await supervising;
      await batches?.close();
      await note?.close();
    },
  };
}

/** Creates the durable consumer, so that the log keeps entries for it until the store is available. */
async function holdLog(bus: StoreWriterOptions['bus'], name: string, subjects: readonly string[]): Promise<void> {
  const { consumers } = await bus.status();
  if (consumers.some((consumer) => consumer.name === name)) return;
  const consumption = await bus.consume({ name, subjects, from: 'first' });
  await consumption.close();
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
