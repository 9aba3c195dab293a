/** Publishes that wait for the log: bounded per client and in total, in count and bytes, with a deadline. Beyond the bounds sockets are not read. */

export interface InFlightLimits {
  readonly maxInFlightPerClient: number;
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly admitTimeoutMs: number;
}

export interface ClientFlow {
  /** Calls `work` when the client's turn comes; `done` exactly once: without error after it resolved, with one when it rejected or the deadline passed. */
  run(bytes: number, work: () => Promise<void>, done: (error?: Error) => void): void;
  /** One more is under way, for a caller that asks `isHeld` before each and says `settled` after. */
  begin(bytes: number): void;
  settled(count: number, bytes: number): void;
  /** Nothing more may be taken. Whoever was told so is released when it may. */
  readonly isHeld: boolean;
  readonly underWay: number;
  /** The connection is gone: nothing of it is waited for any longer. */
  close(): void;
}

/** Something with a deadline. */
export interface Wait {
  readonly startedAt: number;
  /** Called once when no verdict came in time, unless it was ended before. */
  expire(error: Error): void;
}

export interface InFlight {
  client(release: () => void): ClientFlow;
  /** To be called in the order of `startedAt`, which is `now()`. */
  expect(wait: Wait): void;
  end(wait: Wait): void;
  now(): number;
  status(): { readonly inFlight: number; readonly inFlightBytes: number };
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  close(): void;
}

/** Reading resumes well below the bound, so that sockets do not flap. */
const RESUME_SHARE = 0.7;
const SWEEP_MS = 250;

export function createInFlight(limits: InFlightLimits, clock: () => number): InFlight {
  /** In order of arrival, so the oldest is first. */
  const waits = new Set<Wait>();
  const heldClients = new Set<() => void>();
  const idlers: (() => void)[] = [];
  let underWay = 0;
  let bytesUnderWay = 0;
  let isFull = false;
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
    const deadline = clock() - limits.admitTimeoutMs;
    for (const wait of waits) {
      if (wait.startedAt > deadline) return;
      waits.delete(wait);
      wait.expire(new Error('the log gave no verdict in time'));
    }
  }

  function expect(wait: Wait): void {
    waits.add(wait);
    sweepLater();
  }

  function begin(bytes: number): void {
    underWay += 1;
    bytesUnderWay += bytes;
    if (underWay >= limits.maxInFlight || bytesUnderWay >= limits.maxInFlightBytes) isFull = true;
  }

  function settled(count: number, bytes: number): void {
    underWay -= count;
    bytesUnderWay -= bytes;
    if (isFull && isBelow(RESUME_SHARE)) {
      isFull = false;
      const releases = [...heldClients];
      heldClients.clear();
      for (const release of releases) release();
    }
    if (underWay === 0) for (const done of idlers.splice(0)) done();
  }

  const isBelow = (share: number) =>
    underWay < limits.maxInFlight * share && bytesUnderWay < limits.maxInFlightBytes * share;

  return {
    client(release) {
      /** Of this client under way. */
      let mine = 0;
      const waiting: (() => void)[] = [];
      let isClosed = false;
      /** Somebody was told to wait for this client's own bound. */
      let isAwaited = false;

      function start(bytes: number, work: () => Promise<void>, done: (error?: Error) => void): void {
        const settle = (error?: Error) => {
          if (!waits.delete(wait)) return;
          done(error);
          finish(1, bytes);
        };
        const wait: Wait = {
          startedAt: clock(),
          expire(error) {
            done(error);
            finish(1, bytes);
          },
        };
        expect(wait);
        take(bytes);
        attempt(work).then(
          () => settle(),
          (error: unknown) => settle(error instanceof Error ? error : new Error(String(error))),
        );
      }

      function take(bytes: number): void {
        mine += 1;
        begin(bytes);
      }

      function finish(count: number, bytes: number): void {
        mine -= count;
        while (waiting.length > 0 && mine < limits.maxInFlightPerClient) waiting.shift()?.();
        if (isAwaited && waiting.length === 0 && mine < limits.maxInFlightPerClient * RESUME_SHARE) {
          isAwaited = false;
          release();
        }
        settled(count, bytes);
      }

      return {
        get isHeld() {
          if (isFull) heldClients.add(release);
          const isOwn = waiting.length > 0 || mine >= limits.maxInFlightPerClient;
          if (isOwn) isAwaited = true;
          return isFull || isOwn;
        },
        get underWay() {
          return mine;
        },
        run(bytes, work, done) {
          // What one read of the socket held may exceed the bound; it waits here, in order, and no more is read.
          if (mine >= limits.maxInFlightPerClient || waiting.length > 0) waiting.push(() => start(bytes, work, done));
          else start(bytes, work, done);
        },
        begin: take,
        settled: finish,
        close() {
          if (isClosed) return;
          isClosed = true;
          heldClients.delete(release);
          waiting.length = 0;
        },
      };
    },
    expect,
    end: (wait) => void waits.delete(wait),
    now: clock,
    status: () => ({ inFlight: underWay, inFlightBytes: bytesUnderWay }),
    idle() {
      if (underWay === 0) return Promise.resolve();
      return new Promise((resolve) => idlers.push(resolve));
    },
    close() {
      clearTimeout(sweeper);
    },
  };
}

/** A throwing admit is a refusal of its publish like a rejecting one, never the end of the process. */
export function attempt(work: () => Promise<void>): Promise<void> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}
