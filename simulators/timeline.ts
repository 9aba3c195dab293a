/** The single timer of a run: executes due steps in order of simulated time, at the run's pace, and yields to sockets in between. */
import { createPriorityQueue } from './priority-queue.ts';
import type { Pace } from './sim-clock.ts';

/** What is due at an instant. A promise holds everything else back: only what hurries through the past may wait. */
export type Step = (at: number) => void | Promise<void>;

export interface Timeline {
  /** True time of what was done last, epoch ms. */
  readonly position: number;
  readonly isClosed: boolean;
  /** Resolves when it was closed. */
  readonly closed: Promise<void>;
  add(at: number, step: Step): void;
  /** Resolves at `to`, or when it was closed. */
  run(): Promise<void>;
  close(): void;
}

export interface TimelineOptions {
  readonly pace: Pace;
  /** Epoch ms at which it ends; may be infinite. */
  readonly to: number;
  /** Simulated time has met the real clock for the first time: all that follows happens in real time. */
  readonly onCaughtUp: () => void;
}

/** Work between two looks at the sockets. */
const SLICE_MS = 10;
/** The longest that a timer of Node takes. */
const LONGEST_MS = 2 ** 31 - 1;

export function createTimeline({ pace, to, onCaughtUp }: TimelineOptions): Timeline {
  const queue = createPriorityQueue<Step>();
  let position = pace.from;
  let isClosed = false;
  let hasCaughtUp = false;
  let wake = () => {};
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(ms, LONGEST_MS));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function lookAtClock(): void {
    if (hasCaughtUp || pace.now() < pace.real()) return;
    hasCaughtUp = true;
    onCaughtUp();
  }

  async function run(): Promise<void> {
    let sliceEndsAt = performance.now() + SLICE_MS;
    for (let at = queue.nextAt(); at !== undefined && at < to && !isClosed; at = queue.nextAt()) {
      const delay = pace.delayUntil(at);
      if (delay > 0) {
        lookAtClock();
        await sleep(delay);
        continue;
      }
      position = at;
      const working = queue.take()?.item(at);
      if (working !== undefined) await Promise.race([working, closed]);
      if (performance.now() < sliceEndsAt) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceEndsAt = performance.now() + SLICE_MS;
    }
    if (!isClosed) position = Math.min(to, pace.real());
  }

  return {
    get position() {
      return position;
    },
    get isClosed() {
      return isClosed;
    },
    closed,
    add: (at, step) => queue.add(at, step),
    run,
    close() {
      isClosed = true;
      close();
      wake();
    },
  };
}
