/** A device's memory of unacknowledged readings: ordered, bounded, sent as arrays if there is a backlog. */

export interface Outbox<T> {
  readonly buffered: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** Readings overwritten in a full memory, the oldest first, as in real loggers. */
  readonly overwritten: number;
  put(reading: T): void;
  /** Readings put from now on wait for `release`; earlier ones are still sent, because in real time they would be. Each hold needs its own release. */
  hold(): void;
  release(): void;
  /** Resolves once all readings that may be sent are acknowledged. */
  idle(): Promise<void>;
  /** Resolves once all readings put so far are acknowledged or overwritten. */
  drained(): Promise<void>;
  close(): void;
}

export interface OutboxOptions<T> {
  /** Resolves with the acknowledgement of the whole batch; rejects if the connection ended for good. */
  readonly send: (batch: readonly T[]) => Promise<void>;
  readonly capacity: number;
  readonly batchSize: number;
  /** Concurrent batches. */
  readonly window: number;
  readonly onOverwritten?: (lost: readonly T[]) => void;
}

export function createOutbox<T>({ send, capacity, batchSize, window, onOverwritten }: OutboxOptions<T>): Outbox<T> {
  let waiting: T[] = [];
  /** Readings put during a hold; newer than all waiting ones. */
  let held: T[] = [];
  let underWay = 0;
  let inFlight = 0;
  let holds = 0;
  let isClosed = false;
  const counts = { sent: 0, acknowledged: 0, overwritten: 0 };
  let drainers: (() => void)[] = [];
  let idlers: (() => void)[] = [];

  function pump(): void {
    while (!isClosed && underWay < window && waiting.length > 0) {
      const batch = waiting.splice(0, batchSize);
      underWay += 1;
      inFlight += batch.length;
      counts.sent += batch.length;
      send(batch).then(
        () => settle(batch, true),
        () => settle(batch, false),
      );
    }
  }

  function settle(batch: readonly T[], isAcknowledged: boolean): void {
    underWay -= 1;
    inFlight -= batch.length;
    if (isAcknowledged) counts.acknowledged += batch.length;
    else waiting = [...batch, ...waiting];
    if (isAcknowledged) pump();
    // A connection that ended for good sends nothing more, so do not wait for the rest.
    if (isIdle() || (!isAcknowledged && underWay === 0)) idlers = callAll(idlers);
    if (isDrained()) drainers = callAll(drainers);
  }

  const isIdle = () => underWay === 0 && (waiting.length === 0 || isClosed);
  const isDrained = () => isClosed || (waiting.length === 0 && held.length === 0 && inFlight === 0);

  /** Drops the oldest readings of a full memory, waiting or held. */
  function overwrite(): void {
    const excess = waiting.length + held.length - capacity;
    if (excess <= 0) return;
    const lost = waiting.splice(0, excess);
    lost.push(...held.splice(0, excess - lost.length));
    counts.overwritten += lost.length;
    onOverwritten?.(lost);
  }

  return {
    get buffered() {
      return waiting.length + held.length + inFlight;
    },
    get sent() {
      return counts.sent;
    },
    get acknowledged() {
      return counts.acknowledged;
    },
    get overwritten() {
      return counts.overwritten;
    },
    put(reading) {
      (holds > 0 ? held : waiting).push(reading);
      overwrite();
      pump();
    },
    hold() {
      holds += 1;
    },
    release() {
      holds -= 1;
      if (holds > 0) return;
      waiting = [...waiting, ...held];
      held = [];
      pump();
    },
    idle() {
      if (isIdle()) return Promise.resolve();
      return new Promise((resolve) => idlers.push(resolve));
    },
    drained() {
      if (isDrained()) return Promise.resolve();
      return new Promise((resolve) => drainers.push(resolve));
    },
    close() {
      isClosed = true;
      drainers = callAll(drainers);
      idlers = callAll(idlers);
    },
  };
}

function callAll(waiters: readonly (() => void)[]): [] {
  for (const call of waiters) call();
  return [];
}
