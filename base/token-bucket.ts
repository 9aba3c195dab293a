/** A sustained rate with bursts: says how long to hold back, never what to drop. */

export interface TokenBucket {
  /** Takes one; the answer is how many ms the taker is ahead of its rate, 0 while within the burst. */
  take(): number;
}

const BURST_SECONDS = 10;

/** `clock` in ms, monotonic. */
export function createTokenBucket(perSecond: number, clock: () => number): TokenBucket {
  const capacity = perSecond * BURST_SECONDS;
  let tokens = capacity;
  let filledAt = clock();
  return {
    take() {
      const now = clock();
      tokens = Math.min(capacity, tokens + ((now - filledAt) * perSecond) / 1000) - 1;
      filledAt = now;
      return tokens >= 0 ? 0 : (-tokens * 1000) / perSecond;
    },
  };
}
