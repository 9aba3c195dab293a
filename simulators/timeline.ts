/** The only timer of a run: executes due steps in order of simulated time at the pace of the run, and yields to sockets in between. */
import { createPriorityQueue } from './priority-queue.ts';
import type { Pace } from './sim-clock.ts';

/** A step that is due at an instant. A returned promise delays all later steps, so only a run through the past may return one. */
export type Step = (at: number) => void | Promise<void>;

export interface Timeline {
  /** True time of the last step, epoch ms. */
  readonly position: number;
  readonly isClosed: boolean;
  /** Resolves once closed. */
  readonly closed: Promise<void>;
  add(at: number, step: Step): void;
  /** Resolves at `to`, or once closed. */
  run(): Promise<void>;
  close(): void;
}

export interface TimelineOptions {
  readonly pace: Pace;
  /** End, epoch ms; may be infinite. */
  readonly to: number;
  /** Called when simulated time first reaches the real clock; all later steps run in real time. */
  readonly onCaughtUp: () => void;
}

/** Longest work before yielding to the sockets. */
const SLICE_MS = 10;
/** The longest delay of a Node timer. */
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
