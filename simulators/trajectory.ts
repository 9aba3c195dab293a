/** Integrates a state to any instant at bounded cost: integration restarts at fixed times and discards the spin-up, which still depends on the initial state. */

export interface TrajectoryOptions<S> {
  readonly stepMs: number;
  /** Start of the integration for an instant, epoch ms; early enough for the initial state not to matter. */
  readonly beginningOf: (at: number) => number;
  readonly begin: (at: number) => S;
  /** The state one step after `at`. Depends on its arguments only, so the order of calls does not matter. */
  readonly advance: (state: S, at: number) => S;
}

export interface Moment<S> {
  readonly before: S;
  readonly after: S;
  /** Position between the two states, 0…1. */
  readonly share: number;
}

export interface Trajectory<S> {
  at(time: number): Moment<S>;
}

/** Steps between states kept for going back. */
const KEEP_EVERY = 256;

export function createTrajectory<S>({ stepMs, beginningOf, begin, advance }: TrajectoryOptions<S>): Trajectory<S> {
  let start = Number.NaN;
  let index = 0;
  /** The previous step, because most calls go back only a little, e.g. for the rain of ten minutes. */
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

/** Interpolates a number of the state linearly. */
export function between<S>({ before, after, share }: Moment<S>, pick: (state: S) => number): number {
  const from = pick(before);
  return from + (pick(after) - from) * share;
}

/** Integrations start every `everyMs`, `spinUpMs` before their first use; `phase` (0…1) spreads many of them over time. */
export function restarts(everyMs: number, spinUpMs: number, stepMs: number, phase: number): (at: number) => number {
  const offset = Math.floor((phase * everyMs) / stepMs) * stepMs;
  return (at) => Math.floor((at - offset) / everyMs) * everyMs + offset - spinUpMs;
}
