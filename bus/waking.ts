/**
 * Who follows a log in this process need not be woken by every append: at a thousand a second that would be most of the work.
 *
 * - Whom an append concerns is woken at once when the last time is `everyMs` ago or longer, else as soon as it is: nobody waits longer.
 * - Who may lag waits up to `laggingEveryMs` instead, or until `laggingChars` have come: at full speed the tail of the log is overrun within a second.
 * - Whom it does not concern only has to move on, so that the log need not keep it for him: within `othersEveryMs`.
 * - A consumption that is reading is not affected: it goes on until it has read everything.
 */
import type { LogConsumption, LogRecord } from './consumption.ts';

export interface WakingOptions {
  readonly everyMs: number;
  readonly laggingEveryMs: number;
  /** Characters of entries. */
  readonly laggingChars: number;
  readonly othersEveryMs: number;
}

type Sleeper = Pick<LogConsumption, 'wake' | 'isAbout' | 'mayLag'>;

export interface Waking {
  wake(added: readonly Pick<LogRecord, 'subject' | 'data'>[]): void;
  close(): void;
}

const AT_ONCE: WakingOptions = { everyMs: 0, laggingEveryMs: 0, laggingChars: 0, othersEveryMs: 0 };

export function createWaking(sleepers: ReadonlySet<Sleeper>, options?: WakingOptions): Waking {
  const { everyMs, laggingEveryMs, laggingChars, othersEveryMs } = options ?? AT_ONCE;
  const concerned = waker(everyMs);
  const lagging = waker(laggingEveryMs);
  const wakeAll = limited(othersEveryMs, () => {
    for (const sleeper of sleepers) sleeper.wake();
  });

  let chars = 0;

  return {
    wake(added) {
      for (const { data } of added) chars += data.length;
      for (const sleeper of sleepers) {
        if (added.some(({ subject }) => sleeper.isAbout(subject)))
          (sleeper.mayLag() ? lagging : concerned).add(sleeper);
      }
      concerned.call();
      if (chars >= laggingChars) {
        chars = 0;
        lagging.callNow();
      } else lagging.call();
      wakeAll.call();
    },
    close() {
      concerned.close();
      lagging.close();
      wakeAll.close();
    },
  };
}

/** Wakes together those that were added. */
function waker(everyMs: number) {
  const sleepers = new Set<Sleeper>();
  const { call, callNow, close } = limited(everyMs, () => {
    for (const sleeper of sleepers) sleeper.wake();
    sleepers.clear();
  });
  return {
    add: (sleeper: Sleeper) => void sleepers.add(sleeper),
    call() {
      if (sleepers.size > 0) call();
    },
    callNow() {
      if (sleepers.size > 0) callNow();
    },
    close,
  };
}

/** Calls at once, or when the last call is long enough ago. */
function limited(everyMs: number, call: () => void): { call(): void; callNow(): void; close(): void } {
  let calledAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function now(): void {
    clearTimeout(timer);
    timer = undefined;
    calledAt = performance.now();
    call();
  }

  return {
    call() {
      if (timer !== undefined) return;
      // A clock that nobody sets.
      const rest = calledAt + everyMs - performance.now();
      if (rest <= 0) now();
      else timer = setTimeout(now, rest).unref();
    },
    callNow: now,
    close: () => clearTimeout(timer),
  };
}
