/** A device's memory of readings that were not acknowledged yet: in order, bounded, sent as arrays when there is a backlog. */

export interface Outbox<T> {
  readonly buffered: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** Readings that a full memory overwrote: the oldest go, as in real loggers; counted, never silent. */
  readonly overwritten: number;
  put(reading: T): void;
  /** Gathers and sends nothing until released; what is under way stays so. Holds add up: each needs its release. */
  hold(): void;
  release(): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Resolves when all that was put so far is acknowledged or overwritten. */
  drained(): Promise<void>;
  close(): void;
}

export interface OutboxOptions<T> {
  /** Resolves with the acknowledgement of the whole batch; rejects when the connection ended for good. */
  readonly send: (batch: readonly T[]) => Promise<void>;
  readonly capacity: number;
  readonly batchSize: number;
  /** Batches under way at one time. */
  readonly window: number;
  readonly onOverwritten?: (lost: readonly T[]) => void;
}

export function createOutbox<T>({ send, capacity, batchSize, window, onOverwritten }: OutboxOptions<T>): Outbox<T> {
  let waiting: T[] = [];
  let underWay = 0;
  let inFlight = 0;
  let holds = 0;
  let isClosed = false;
  const counts = { sent: 0, acknowledged: 0, overwritten: 0 };
  let drainers: (() => void)[] = [];
  let idlers: (() => void)[] = [];

  function pump(): void {
    while (!isClosed && holds === 0 && underWay < window && waiting.length > 0) {
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
    if (underWay === 0) idlers = callAll(idlers);
    if ((waiting.length === 0 && inFlight === 0) || isClosed) drainers = callAll(drainers);
  }

  return {
    get buffered() {
      return waiting.length + inFlight;
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
      waiting.push(reading);
      if (waiting.length > capacity) {
        const lost = waiting.splice(0, waiting.length - capacity);
        counts.overwritten += lost.length;
        onOverwritten?.(lost);
      }
      pump();
    },
    hold() {
      holds += 1;
    },
    release() {
      holds -= 1;
      pump();
    },
    idle() {
      if (underWay === 0) return Promise.resolve();
      return new Promise((resolve) => idlers.push(resolve));
    },
    drained() {
      if (isClosed || (waiting.length === 0 && inFlight === 0)) return Promise.resolve();
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
