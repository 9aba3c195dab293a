/** Groups the deliveries of a consumption by increasing position. Deliveries that are already there form one group, so a backlog drains in large steps and a single reading does not wait. */
import type { Delivery } from './bus.ts';

export interface BatchLimits {
  readonly maxDeliveries: number;
  readonly maxBytes: number;
  /** How long the first delivery of a group waits for others. */
  readonly waitMs: number;
  /** The next group must reach this position, whatever its size: a batch that was begun must end where it did. */
  readonly reach?: () => number;
  /** Called with each delivery as it joins a group. */
  readonly onHeld?: (delivery: Delivery) => void;
  /** Registers a callback that ends the wait for more; returns the function that unregisters it. */
  readonly hastenedBy?: (hasten: () => void) => () => void;
}

export async function* gather(
  consumption: AsyncIterable<Delivery>,
  { maxDeliveries, maxBytes, waitMs, reach = () => 0, onHeld, hastenedBy }: BatchLimits,
): AsyncGenerator<readonly Delivery[]> {
  const iterator = consumption[Symbol.asyncIterator]();
  let coming: Promise<IteratorResult<Delivery>> | undefined;
  try {
    for (;;) {
      const first = await (coming ?? iterator.next());
      coming = undefined;
      if (first.done) return;
      const group = [first.value];
      onHeld?.(first.value);
      let bytes = first.value.data.length;
      let last = first.value.position;
      const timeUp = within(waitMs, hastenedBy);
      while (last < reach() || (group.length < maxDeliveries && bytes < maxBytes)) {
        coming ??= iterator.next();
        // A failure surfaces on the next turn, after what came before it was taken.
        const arrived = coming.catch(() => undefined);
        const next = await (last < reach() ? arrived : Promise.race([arrived, timeUp.promise]));
        // Redelivered: a group never holds an entry twice.
        if (next === undefined || next.done || next.value.position <= last) break;
        coming = undefined;
        group.push(next.value);
        onHeld?.(next.value);
        bytes += next.value.data.length;
        last = next.value.position;
      }
      timeUp.cancel();
      yield group;
    }
  } finally {
    // Not awaited: it queues behind a delivery that may never come; closing the consumption ends both.
    iterator.return?.().catch(() => undefined);
  }
}

function within(ms: number, hastenedBy: BatchLimits['hastenedBy']) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave: (() => void) | undefined;
  const promise = new Promise<undefined>((resolve) => {
    const end = () => resolve(undefined);
    timer = setTimeout(end, ms);
    leave = hastenedBy?.(end);
  });
  return {
    promise,
    cancel() {
      clearTimeout(timer);
      leave?.();
    },
  };
}
