/** One reader of the live feed: its buffer and its position. */
import type { LiveEvent } from './live-feed.ts';

export class LiveFollower {
  /** Position up to which everything is delivered or buffered. */
  position: number;
  readonly #max: number;
  #events: LiveEvent[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;
  #onIdle: () => void = () => {};

  constructor(position: number, max: number) {
    this.position = position;
    this.#max = max;
  }

  /** It has taken everything and waits for more. */
  get isIdle(): boolean {
    return this.#wake !== undefined && this.#events.length === 0 && !this.#isEnded;
  }

  /** Called whenever it becomes idle. */
  onIdle(listener: () => void): void {
    this.#onIdle = listener;
  }

  /** Adds a new event. A follower that lags by more than its buffer is ended. */
  push(event: LiveEvent): void {
    if (this.#isEnded || event.position <= this.position) return;
    if (this.#events.length >= this.#max) {
      this.end();
      return;
    }
    this.position = event.position;
    this.#events.push(event);
    this.#wake?.();
  }

  /** A piece of the past up to a position; only given to one that is idle, so that no more than a piece waits. */
  give(events: readonly LiveEvent[], upTo: number): void {
    for (const event of events) if (event.position > this.position) this.#events.push(event);
    this.position = Math.max(this.position, upTo);
    if (this.#events.length > 0) this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *events(): AsyncGenerator<LiveEvent> {
    for (;;) {
      const events = this.#events;
      this.#events = [];
      yield* events;
      if (this.#events.length > 0) continue;
      if (this.#isEnded) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#onIdle();
      });
      this.#wake = undefined;
    }
  }
}
