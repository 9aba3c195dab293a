/** Groups the deliveries of a consumption, positions growing: what is there already goes together, so that a backlog drains in large steps and a single reading does not wait. */
import type { Delivery } from './bus.ts';

export interface BatchLimits {
  readonly maxDeliveries: number;
  readonly maxBytes: number;
  /** How long the first of a group may wait for more. */
  readonly waitMs: number;
  /** The next group must reach this position, whatever its size: a batch that was begun must end where it ended. */
  readonly reach?: () => number;
  /** Told of each delivery as it joins a group. */
  readonly onHeld?: (delivery: Delivery) => void;
  /** Ends the wait for more when it calls; answers the function that stops it from calling. */
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
        // A failure is met at the next turn, when what came before it is taken.
        const arrived = coming.catch(() => undefined);
        const next = await (last < reach() ? arrived : Promise.race([arrived, timeUp.promise]));
        // Given again from before: a group never holds an entry twice.
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
    // Not waited for: it stands in line behind a delivery that may never come; closing the consumption ends both.
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
