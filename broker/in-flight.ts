/** Publishes that wait for the log: bounded per client and in total, in number and bytes, each with a deadline. Beyond the bounds, sockets are not read. */

export interface InFlightLimits {
  readonly maxInFlightPerClient: number;
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly admitTimeoutMs: number;
}

export interface ClientFlow {
  /** Calls `work` in the client's turn, and `done` exactly once: without an error after it resolved, with one after it rejected or the deadline passed. */
  run(bytes: number, work: () => Promise<void>, done: (error?: Error) => void): void;
  /** Counts one publish as in flight, for a caller that checks `isHeld` before and calls `settled` after. */
  begin(bytes: number): void;
  settled(count: number, bytes: number): void;
  /** Whether nothing more may be taken. If true, `release` is called once it may. */
  readonly isHeld: boolean;
  readonly underWay: number;
  /** Call when the connection has ended: drops what still waits for its turn. */
  close(): void;
}

/** Something with a deadline. */
export interface Wait {
  readonly startedAt: number;
  /** Called once if there is no verdict in time, unless it was ended before. */
  expire(error: Error): void;
}

export interface InFlight {
  client(release: () => void): ClientFlow;
  /** Call it in the order of `startedAt`, which is `now()`. */
  expect(wait: Wait): void;
  end(wait: Wait): void;
  now(): number;
  status(): { readonly inFlight: number; readonly inFlightBytes: number };
  /** Resolves once nothing is in flight. */
  idle(): Promise<void>;
  close(): void;
}

/** Reading resumes well below the bound, so that sockets do not flap. */
const RESUME_SHARE = 0.7;
const SWEEP_MS = 250;

export function createInFlight(limits: InFlightLimits, clock: () => number): InFlight {
  const deadlines = createDeadlines(limits.admitTimeoutMs, clock);
  const total = new Total(limits);
  return {
    client: (release) => createClientFlow(release, { limits, total, deadlines, clock }),
    expect: (wait) => deadlines.add(wait),
    end: (wait) => void deadlines.delete(wait),
    now: clock,
    status: () => ({ inFlight: total.count, inFlightBytes: total.bytes }),
    idle: () => total.idle(),
    close: () => deadlines.close(),
  };
}

interface Deadlines {
  add(wait: Wait): void;
  /** False if it was ended or expired before. */
  delete(wait: Wait): boolean;
  close(): void;
}

function createDeadlines(timeoutMs: number, clock: () => number): Deadlines {
  /** In order of arrival, so the oldest is first. */
  const waits = new Set<Wait>();
  let sweeper: NodeJS.Timeout | undefined;

  /** Only while something waits: an idle broker has no timer. */
  function sweepLater(): void {
    sweeper ??= setTimeout(() => {
      sweeper = undefined;
      sweep();
      if (waits.size > 0) sweepLater();
    }, SWEEP_MS).unref();
  }

  function sweep(): void {
    const deadline = clock() - timeoutMs;
    for (const wait of waits) {
      if (wait.startedAt > deadline) return;
      waits.delete(wait);
      wait.expire(new Error('the log gave no verdict in time'));
    }
  }

  return {
    add(wait) {
      waits.add(wait);
      sweepLater();
    },
    delete: (wait) => waits.delete(wait),
    close: () => clearTimeout(sweeper),
  };
}

/** Publishes in flight of all clients together. */
class Total {
  count = 0;
  bytes = 0;
  #isFull = false;
  readonly #limits: InFlightLimits;
  readonly #heldClients = new Set<() => void>();
  readonly #idlers: (() => void)[] = [];

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  begin(bytes: number): void {
    this.count += 1;
    this.bytes += bytes;
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    if (this.count >= maxInFlight || this.bytes >= maxInFlightBytes) this.#isFull = true;
  }

  settled(count: number, bytes: number): void {
    this.count -= count;
    this.bytes -= bytes;
    if (this.#isFull && this.#mayResume()) {
      this.#isFull = false;
      const releases = [...this.#heldClients];
      this.#heldClients.clear();
      for (const release of releases) release();
    }
    if (this.count === 0) for (const done of this.#idlers.splice(0)) done();
  }

  /** If full, calls `release` once it is no longer. */
  holds(release: () => void): boolean {
    if (this.#isFull) this.#heldClients.add(release);
    return this.#isFull;
  }

  forget(release: () => void): void {
    this.#heldClients.delete(release);
  }

  idle(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idlers.push(resolve));
  }

  #mayResume(): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#limits;
    return this.count < maxInFlight * RESUME_SHARE && this.bytes < maxInFlightBytes * RESUME_SHARE;
  }
}

interface FlowContext {
  readonly limits: InFlightLimits;
  readonly total: Total;
  readonly deadlines: Deadlines;
  readonly clock: () => number;
}

function createClientFlow(release: () => void, { limits, total, deadlines, clock }: FlowContext): ClientFlow {
  const { maxInFlightPerClient } = limits;
  /** Publishes of this client in flight. */
  let underWay = 0;
  const waiting: (() => void)[] = [];
  /** The caller was told to wait for this client's own bound. */
  let isAwaited = false;

  function start(bytes: number, work: () => Promise<void>, done: (error?: Error) => void): void {
    const end = (error?: Error) => {
      done(error);
      settled(1, bytes);
    };
    const wait: Wait = { startedAt: clock(), expire: end };
    const endInTime = (error?: Error) => {
      if (deadlines.delete(wait)) end(error);
    };
    deadlines.add(wait);
    begin(bytes);
    attempt(work).then(
      () => endInTime(),
      (error: unknown) => endInTime(error instanceof Error ? error : new Error(String(error))),
    );
  }

  function begin(bytes: number): void {
    underWay += 1;
    total.begin(bytes);
  }

  function settled(count: number, bytes: number): void {
    underWay -= count;
    while (waiting.length > 0 && underWay < maxInFlightPerClient) waiting.shift()?.();
    if (isAwaited && waiting.length === 0 && underWay < maxInFlightPerClient * RESUME_SHARE) {
      isAwaited = false;
      release();
    }
    total.settled(count, bytes);
  }

  return {
    get isHeld() {
      const isFull = total.holds(release);
      const isOwn = waiting.length > 0 || underWay >= maxInFlightPerClient;
      if (isOwn) isAwaited = true;
      return isFull || isOwn;
    },
    get underWay() {
      return underWay;
    },
    run(bytes, work, done) {
      // One read of the socket may hold more than the bound: the rest waits here, in order, and nothing more is read.
      if (underWay >= maxInFlightPerClient || waiting.length > 0) waiting.push(() => start(bytes, work, done));
      else start(bytes, work, done);
    },
    begin,
    settled,
    close() {
      total.forget(release);
      waiting.length = 0;
    },
  };
}

/** Converts a throwing `admit` to a rejecting one: it refuses its publish and does not end the process. */
export function attempt(work: () => Promise<void>): Promise<void> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}
