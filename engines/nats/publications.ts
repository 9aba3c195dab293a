/** Publications that have no answer yet, in order: those not sent, and those in flight, which are bounded. */

/** More than the server can store between two turns of the event loop; a reconnect repeats at most this many. */
const MAX_IN_FLIGHT = 256;
const MAX_IN_FLIGHT_BYTES = 16 * 1024 * 1024;

export interface Pending {
  /** Names the publication in its answer. */
  readonly token: string;
  readonly bytes: number;
  /** On the monotonic clock, ms. */
  readonly deadline: number;
}

export class Publications<T extends Pending> {
  readonly #waiting: T[] = [];
  /** In the order of the first sending, which repeats keep. */
  readonly #inFlight = new Map<string, T>();
  #bytes = 0;

  add(pending: T): void {
    this.#waiting.push(pending);
  }

  /** Moves the next one to those in flight; undefined if there is none, or no room. */
  takeNext(): T | undefined {
    if (this.#inFlight.size >= MAX_IN_FLIGHT || this.#bytes >= MAX_IN_FLIGHT_BYTES) return undefined;
    const next = this.#waiting.shift();
    if (next === undefined) return undefined;
    this.#inFlight.set(next.token, next);
    this.#bytes += next.bytes;
    return next;
  }

  inFlight(): Iterable<T> {
    return this.#inFlight.values();
  }

  inFlightNamed(token: string): T | undefined {
    return this.#inFlight.get(token);
  }

  oldestInFlight(): T | undefined {
    const [oldest] = this.#inFlight.values();
    return oldest;
  }

  remove(pending: T): void {
    if (this.#inFlight.delete(pending.token)) this.#bytes -= pending.bytes;
    else {
      const index = this.#waiting.indexOf(pending);
      if (index >= 0) this.#waiting.splice(index, 1);
    }
  }

  /** All of them, in the order of their deadlines. */
  all(): readonly T[] {
    return [...this.#inFlight.values(), ...this.#waiting];
  }

  expired(now: number): readonly T[] {
    const all = this.all();
    const count = all.findIndex(({ deadline }) => now < deadline);
    return count < 0 ? all : all.slice(0, count);
  }

  get isEmpty(): boolean {
    return this.#inFlight.size + this.#waiting.length === 0;
  }
}
