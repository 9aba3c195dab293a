/** Hands messages over in order of arrival and reports when each is durable; retries those that the log refuses, in the same order, before newer ones. */

export interface HandoverOptions<Message> {
  readonly admit: (message: Message) => Promise<void>;
  readonly onDurable: (message: Message) => void;
  /** The first of several refusals in a row, and the first success after them. */
  readonly onTrouble: (error: unknown) => void;
  readonly onRecovered: () => void;
  readonly maxInFlight: number;
  readonly retryAfterMs: number;
}

export interface Handover<Message> {
  push(message: Message): void;
  /** Calls back at once while there is room, otherwise when there is room again; this bounds the reading of the socket. */
  whenRoom(call: () => void): void;
  readonly size: number;
  /** Stops handing over; resolves when pending messages have settled. */
  close(): Promise<void>;
}

interface Held<Message> {
  readonly arrival: number;
  readonly message: Message;
}

export function createHandover<Message>(options: HandoverOptions<Message>): Handover<Message> {
  const { admit, onDurable, onTrouble, onRecovered, maxInFlight, retryAfterMs } = options;
  /** In the order of arrival. */
  let waiting: Held<Message>[] = [];
  let refused: Held<Message>[] = [];
  const waitingForRoom: (() => void)[] = [];
  let arrivals = 0;
  let size = 0;
  let underWay = 0;
  let isClosed = false;
  let hasTrouble = false;
  let retry: NodeJS.Timeout | undefined;
  let idle: (() => void) | undefined;

  function pump(): void {
    if (isClosed || hasTrouble) return;
    const batch = waiting;
    waiting = [];
    for (const held of batch) handOver(held);
  }

  function handOver(held: Held<Message>): void {
    underWay += 1;
    admit(held.message).then(
      () => settle(() => durable(held)),
      (error: unknown) => settle(() => failed(held, error)),
    );
  }

  function settle(note: () => void): void {
    underWay -= 1;
    note();
    if (underWay > 0) return;
    idle?.();
    // Messages after a refused one settle first, so that the order can be restored.
    if (refused.length > 0 && !isClosed) retry = setTimeout(probe, retryAfterMs);
    else pump();
  }

  function durable({ message }: Held<Message>): void {
    size -= 1;
    onDurable(message);
    while (size < maxInFlight && waitingForRoom.length > 0) waitingForRoom.shift()?.();
  }

  function failed(held: Held<Message>, error: unknown): void {
    refused.push(held);
    if (hasTrouble) return;
    hasTrouble = true;
    onTrouble(error);
  }

  /** Retries only the oldest: once the log takes it, the others follow. */
  function probe(): void {
    waiting = [...refused.sort((a, b) => a.arrival - b.arrival), ...waiting];
    refused = [];
    const oldest = waiting.shift();
    if (oldest === undefined) return;
    underWay += 1;
    admit(oldest.message).then(
      () =>
        settle(() => {
          hasTrouble = false;
          onRecovered();
          durable(oldest);
        }),
      (error: unknown) => settle(() => failed(oldest, error)),
    );
  }

  return {
    push(message) {
      arrivals += 1;
      size += 1;
      waiting.push({ arrival: arrivals, message });
      pump();
    },
    whenRoom(call) {
      if (size < maxInFlight) call();
      else waitingForRoom.push(call);
    },
    get size() {
      return size;
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      if (underWay === 0) return;
      await new Promise<void>((resolve) => {
        idle = resolve;
      });
    },
  };
}
