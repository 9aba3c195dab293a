/**
 * The entries that a durable consumer has received and not yet acknowledged to the server. `retry` goes back in it without asking the server, and an
 * entry that the server sends twice is delivered once. Acknowledgements go out in order, without gaps: after a crash the server sends everything
 * behind the first unsettled entry again, in order.
 */
import type { JsMsg } from '../../engines/nats/connection.ts';
import type { Delivery } from '../bus.ts';

export interface DeliveryWindow {
  receive(message: JsMsg): void;
  /** The next entry to deliver; undefined: none, or a retry is waiting. */
  take(): Delivery | undefined;
  /** Resolves when `take` may have another answer. */
  changed(): Promise<void>;
  /** Makes `changed` resolve. */
  wake(): void;
  /** The server counts everything up to this position as acknowledged. */
  skipTo(position: number): void;
  /** Position up to which the server knows, or will know, that everything is acknowledged. */
  released(): number;
  /** Tells the server that a slow handler is no reason to send everything again. */
  keepAlive(): void;
  /** Forgets everything: another process has the name now. Deliveries from before can no longer be acknowledged. */
  reset(): void;
  close(): void;
}

interface Mark {
  readonly position: number;
  message: JsMsg;
  /** False for entries that the server could not leave out: they are never delivered, and settled from the beginning. */
  readonly isWanted: boolean;
  isSettled: boolean;
}

export function createDeliveryWindow(isWanted: (subject: string) => boolean): DeliveryWindow {
  /** In order of position. */
  let marks: Mark[] = [];
  /** Index of the next mark to deliver. */
  let next = 0;
  let released = 0;
  let seen = 0;
  /** Grows with each rewind, so that an acknowledgement from before it does not count. */
  let epoch = 0;
  let delay: NodeJS.Timeout | undefined;
  let wakeUp: (() => void) | undefined;

  function wake(): void {
    wakeUp?.();
    wakeUp = undefined;
  }

  function release(): void {
    let count = 0;
    for (const { isSettled, message, position } of marks) {
      if (!isSettled) break;
      message.ack();
      released = position;
      count += 1;
    }
    marks = marks.slice(count);
    next = Math.max(0, next - count);
  }

  function rewind(delayMs: number): void {
    epoch += 1;
    next = 0;
    for (const mark of marks) mark.isSettled = !mark.isWanted;
    clearTimeout(delay);
    delay = setTimeout(() => {
      delay = undefined;
      wake();
    }, delayMs);
  }

  function deliveryOf(mark: Mark): Delivery {
    const bornIn = epoch;
    const { subject, timestampNanos } = mark.message;
    return {
      subject,
      data: mark.message.string(),
      position: mark.position,
      appendedAt: Number(timestampNanos / 1_000_000n),
      ack() {
        if (mark.isSettled || bornIn !== epoch) return;
        mark.isSettled = true;
        if (marks[0] === mark) release();
        wake();
      },
      retry(delayMs) {
        if (!mark.isSettled && bornIn === epoch) rewind(delayMs);
      },
    };
  }

  return {
    receive(message) {
      const position = message.seq;
      if (position <= released) return message.ack(); // The server did not get its acknowledgement.
      if (position <= seen) {
        const known = marks.find((mark) => mark.position === position);
        if (known !== undefined) known.message = message;
        return;
      }
      seen = position;
      const wanted = isWanted(message.subject);
      marks.push({ position, message, isWanted: wanted, isSettled: !wanted });
      if (marks.length === 1) release();
      wake();
    },
    take() {
      while (delay === undefined) {
        const mark = marks[next];
        if (mark === undefined) return undefined;
        next += 1;
        if (mark.isWanted) return deliveryOf(mark);
      }
      return undefined;
    },
    changed: () =>
      new Promise((resolve) => {
        wakeUp = resolve;
      }),
    wake,
    skipTo(position) {
      released = Math.max(released, position);
    },
    released: () => released,
    keepAlive() {
      for (const { message } of marks) message.working();
    },
    reset() {
      epoch += 1;
      marks = [];
      next = 0;
      released = 0;
      seen = 0;
    },
    close() {
      clearTimeout(delay);
      wake();
    },
  };
}
