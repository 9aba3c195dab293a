/** State of equations of motion at any instant, at bounded cost: integration restarts at fixed times, and its first stretch, which still depends on the initial state, is discarded. */

export interface TrajectoryOptions<S> {
  readonly stepMs: number;
  /** When the run that answers for an instant began, epoch ms; far enough before it to have forgotten its beginning. */
  readonly beginningOf: (at: number) => number;
  readonly begin: (at: number) => S;
  /** The state one step after `at`. Depends on its arguments only, so that every order of asking gives the same answer. */
  readonly advance: (state: S, at: number) => S;
}

export interface Moment<S> {
  readonly before: S;
  readonly after: S;
  /** How far between the two, 0…1. */
  readonly share: number;
}

export interface Trajectory<S> {
  at(time: number): Moment<S>;
}

/** Steps between the states that are kept for going back. */
const KEEP_EVERY = 256;

export function createTrajectory<S>({ stepMs, beginningOf, begin, advance }: TrajectoryOptions<S>): Trajectory<S> {
  let start = Number.NaN;
  let index = 0;
  /** The step before, because a device looks back a little (the rain of ten minutes) more often than far. */
  let previous: S | undefined;
  let before: S;
  let after: S;
  let kept: S[] = [];

  function goTo(position: number, state: S): void {
    previous = position === index + 1 ? before : undefined;
    index = position;
    before = state;
    after = advance(before, start + index * stepMs);
  }

  return {
    at(time) {
      const beginning = beginningOf(time);
      if (beginning !== start) {
        start = beginning;
        kept = [begin(start)];
        goTo(0, kept[0] as S);
      }
      const wanted = Math.floor((time - start) / stepMs);
      if (wanted === index - 1 && previous !== undefined)
        return { before: previous, after: before, share: (time - start) / stepMs - wanted };
      if (wanted < index) {
        const mark = Math.min(Math.floor(wanted / KEEP_EVERY), kept.length - 1);
        goTo(mark * KEEP_EVERY, kept[mark] as S);
      }
      while (index < wanted) {
        goTo(index + 1, after);
        if (index % KEEP_EVERY === 0 && index / KEEP_EVERY === kept.length) kept.push(before);
      }
      return { before, after, share: (time - start) / stepMs - index };
    },
  };
}

/** A number of the state, on the line between the two steps. */
export function between<S>({ before, after, share }: Moment<S>, pick: (state: S) => number): number {
  const from = pick(before);
  return from + (pick(after) - from) * share;
}

/** Runs that begin every `everyMs`, `spinUpMs` before they are shown; `phase` (0…1) spreads many runs over time. */
export function restarts(everyMs: number, spinUpMs: number, stepMs: number, phase: number): (at: number) => number {
  const offset = Math.floor((phase * everyMs) / stepMs) * stepMs;
  return (at) => Math.floor((at - offset) / everyMs) * everyMs + offset - spinUpMs;
}
