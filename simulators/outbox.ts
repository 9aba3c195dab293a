/** A device's memory of readings that were not acknowledged yet: in order, bounded, sent as arrays when there is a backlog. */

export interface Outbox<T> {
  readonly buffered: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** Readings that a full memory overwrote: the oldest go, as in real loggers; counted, never silent. */
  readonly overwritten: number;
  put(reading: T): void;
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
}

export function createOutbox<T>({ send, capacity, batchSize, window }: OutboxOptions<T>): Outbox<T> {
  let waiting: T[] = [];
  let underWay = 0;
  let inFlight = 0;
  let isClosed = false;
  const counts = { sent: 0, acknowledged: 0, overwritten: 0 };
  let drainers: (() => void)[] = [];

  function pump(): void {
    while (!isClosed && underWay < window && waiting.length > 0) {
      const batch = waiting.slice(0, batchSize);
      waiting = waiting.slice(batchSize);
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
    if ((waiting.length === 0 && inFlight === 0) || isClosed) {
      for (const done of drainers) done();
      drainers = [];
    }
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
        counts.overwritten += waiting.length - capacity;
        waiting = waiting.slice(-capacity);
      }
      pump();
    },
    drained() {
      if (isClosed || (waiting.length === 0 && inFlight === 0)) return Promise.resolve();
      return new Promise((resolve) => drainers.push(resolve));
    },
    close() {
      isClosed = true;
      for (const done of drainers) done();
      drainers = [];
    },
  };
}
