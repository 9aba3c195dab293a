/** Entries that a handler took and has not made durable yet; see `later` in `handler.ts`. They are acknowledged when it has. */
import type { Delivery } from './bus.ts';
import type { Later } from './handler.ts';

export interface Unkept {
  /** Runs `take` of the handler, which never overlaps with its `keep`. Rejects after a loss. */
  take(work: () => Promise<void> | void): Promise<void>;
  /** What was taken. Resolves when so little waits that more may be taken. */
  add(group: readonly Delivery[]): Promise<void>;
  /** Up to here all is durable. */
  readonly kept: number;
  /** Why what was taken behind `kept` must come again. */
  readonly loss: { readonly cause: unknown } | undefined;
  /** What waits comes again from a new consumption. */
  startOver(): void;
  close(): void;
}

/** `onLoss` is called when the handler could not make durable what it took. */
export function holdUntilKept({ keep, everyMs, maxEntries }: Later, onLoss: () => void): Unkept {
  let waiting: Pick<Delivery, 'position' | 'ack'>[] = [];
  let kept = 0;
  let keptAt = performance.now();
  let keeping: Promise<void> | undefined;
  let loss: { readonly cause: unknown } | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const result = turn.then(() => {
      if (loss !== undefined) throw loss.cause;
      return work();
    });
    turn = result.catch(() => undefined);
    return result;
  }

  async function keepNow(): Promise<void> {
    keptAt = performance.now();
    try {
      kept = Math.max(kept, await inTurn(keep));
    } catch (cause) {
      if (loss !== undefined) return;
      loss = { cause };
      return onLoss();
    }
    const count = waiting.findIndex(({ position }) => position > kept);
    for (const delivery of waiting.splice(0, count < 0 ? waiting.length : count)) delivery.ack();
  }

  function keepOnce(): Promise<void> {
    keeping ??= keepNow().finally(() => {
      keeping = undefined;
    });
    return keeping;
  }

  const timer = setInterval(() => {
    if (waiting.length > 0 && performance.now() - keptAt >= everyMs) void keepOnce();
  }, everyMs / 5);

  return {
    take: inTurn,
    async add(group) {
      // Without what the entries say, which may be much.
      for (const { position, ack } of group) waiting.push({ position, ack });
      if (waiting.length > maxEntries / 2) await keepOnce();
    },
    get kept() {
      return kept;
    },
    get loss() {
      return loss;
    },
    startOver() {
      waiting = [];
      loss = undefined;
    },
    close: () => clearInterval(timer),
  };
}
