/** Groups the deliveries of a consumption by increasing position. Deliveries that are already there form one group, so a backlog drains in large steps and a single reading does not wait. */
import type { Consumption, Delivery } from './bus.ts';

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
  consumption: AsyncIterable<Delivery> & Pick<Consumption, 'ready'>,
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
        // Promises for each delivery would cost more than most handlers.
        const ready = coming === undefined ? consumption.ready?.() : undefined;
        if (ready === undefined) coming ??= iterator.next();
        const delivery = ready ?? (await arrival(coming, last < reach() ? undefined : timeUp.promise));
        // Redelivered: a group never holds an entry twice.
        if (delivery === undefined || delivery.position <= last) {
          if (ready !== undefined) coming = Promise.resolve({ done: false, value: ready });
          break;
        }
        coming = undefined;
        group.push(delivery);
        onHeld?.(delivery);
        bytes += delivery.data.length;
        last = delivery.position;
      }
      timeUp.cancel();
      yield group;
    }
  } finally {
    // Not awaited: it queues behind a delivery that may never come; closing the consumption ends both.
    iterator.return?.().catch(() => undefined);
  }
}

/** Undefined: the time is up, or nothing comes any more. A failure surfaces on the next turn, after what came before it was taken. */
async function arrival(
  coming: Promise<IteratorResult<Delivery>> | undefined,
  timeUp: Promise<undefined> | undefined,
): Promise<Delivery | undefined> {
  const arrived = coming?.catch(() => undefined);
  const next = await (timeUp === undefined ? arrived : Promise.race([arrived, timeUp]));
  return next?.done === false ? next.value : undefined;
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
