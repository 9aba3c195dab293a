/** The clock of a run: real time, a multiple of it, or as fast as acknowledged. Never ahead of the real clock, because a platform refuses future times. */

export interface Pace {
  /** Simulated time, epoch ms. */
  now(): number;
  /** The real clock. */
  real(): number;
  /** Real ms until simulated time reaches an instant; 0 afterwards. */
  delayUntil(at: number): number;
  readonly from: number;
  /** `Infinity`: as fast as acknowledged. After catching up with the real clock, every pace is real time. */
  readonly speed: number;
}

export function createPace(from: number, speed: number, clock: () => number): Pace {
  const startedAt = clock();
  const isUnbound = speed === Number.POSITIVE_INFINITY;
  return {
    from,
    speed,
    real: clock,
    now() {
      const real = clock();
      return isUnbound ? real : Math.min(real, from + (real - startedAt) * speed);
    },
    delayUntil(at) {
      const real = clock();
      const byPace = isUnbound ? 0 : (at - from) / speed - (real - startedAt);
      return Math.max(0, at - real, byPace);
    },
  };
}
