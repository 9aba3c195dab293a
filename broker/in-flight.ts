/** Publishes that wait for the log: bounded per client and in total, in order of arrival, with a deadline. Beyond the bounds sockets are not read. */

export interface InFlightLimits {
  readonly maxInFlightPerClient: number;
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  readonly admitTimeoutMs: number;
}

export interface ClientFlow {
  /** Calls `work` when the client's turn comes; `done` exactly once: without error after it resolved, with one when it rejected or the deadline passed. */
  run(bytes: number, work: () => Promise<void>, done: (error?: Error) => void): void;
  readonly isHeld: boolean;
  /** The connection is gone: nothing of it is waited for any longer. */
  close(): void;
}

export interface InFlight {
  client(release: () => void): ClientFlow;
  status(): { readonly inFlight: number; readonly inFlightBytes: number };
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  close(): void;
}

interface Publish {
  readonly startedAt: number;
  readonly bytes: number;
  readonly settle: (error?: Error) => void;
}

/** Reading resumes well below the bound, so that sockets do not flap. */
const RESUME_SHARE = 0.7;
const SWEEP_MS = 250;

export function createInFlight(limits: InFlightLimits, clock: () => number): InFlight {
  /** In order of arrival, so the oldest is first. */
  const underWay = new Set<Publish>();
  const heldClients = new Set<() => void>();
  const idlers: (() => void)[] = [];
  let bytesUnderWay = 0;
  let isFull = false;

  const sweeper = setInterval(() => {
    const deadline = clock() - limits.admitTimeoutMs;
    for (const publish of underWay) {
      if (publish.startedAt > deadline) return;
      publish.settle(new Error('the log gave no verdict in time'));
    }
  }, SWEEP_MS);
  sweeper.unref();

  function update(): void {
    const share = Math.max(underWay.size / limits.maxInFlight, bytesUnderWay / limits.maxInFlightBytes);
    if (share >= 1) isFull = true;
    else if (isFull && share < RESUME_SHARE) {
      isFull = false;
      const releases = [...heldClients];
      heldClients.clear();
      for (const release of releases) release();
    }
    if (underWay.size === 0) for (const done of idlers.splice(0)) done();
  }

  return {
    client(release) {
      /** Of this client under way. */
      let mine = 0;
      const waiting: (() => void)[] = [];
      let isClosed = false;

      function start(bytes: number, work: () => Promise<void>, done: (error?: Error) => void): void {
        const publish: Publish = {
          startedAt: clock(),
          bytes,
          settle(error) {
            if (!underWay.delete(publish)) return;
            mine -= 1;
            bytesUnderWay -= bytes;
            done(error);
            waiting.shift()?.();
            if (waiting.length === 0 && mine < limits.maxInFlightPerClient * RESUME_SHARE) release();
            update();
          },
        };
        underWay.add(publish);
        mine += 1;
        bytesUnderWay += bytes;
        update();
        attempt(work).then(
          () => publish.settle(),
          (error: unknown) => publish.settle(error instanceof Error ? error : new Error(String(error))),
        );
      }

      return {
        get isHeld() {
          if (isFull) heldClients.add(release);
          return isFull || waiting.length > 0 || mine >= limits.maxInFlightPerClient;
        },
        run(bytes, work, done) {
          // What one read of the socket held may exceed the bound; it waits here, in order, and no more is read.
          if (mine >= limits.maxInFlightPerClient || waiting.length > 0) waiting.push(() => start(bytes, work, done));
          else start(bytes, work, done);
        },
        close() {
          if (isClosed) return;
          isClosed = true;
          heldClients.delete(release);
          waiting.length = 0;
        },
      };
    },
    status: () => ({ inFlight: underWay.size, inFlightBytes: bytesUnderWay }),
    idle() {
      if (underWay.size === 0) return Promise.resolve();
      return new Promise((resolve) => idlers.push(resolve));
    },
    close() {
      clearInterval(sweeper);
    },
  };
}

/** A throwing admit is a refusal of its publish like a rejecting one, never the end of the process. */
function attempt(work: () => Promise<void>): Promise<void> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}
